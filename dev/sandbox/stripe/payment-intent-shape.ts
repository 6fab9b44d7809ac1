/** What payment intents may be given, and how they look before anything has happened to them. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { CardSource } from './card-source.ts';
import { invalid } from './failures.ts';
import { newClientSecret, newId, now } from './ids.ts';
import {
  anything,
  clearable,
  flag,
  integer,
  list,
  mergeMetadata,
  metadata,
  paging,
  range,
  shipping,
  text,
  wholeAddress,
} from './params.ts';

const futureUsage = z.enum(['on_session', 'off_session', '']).optional();
const automaticMethods = z.strictObject({ enabled: flag, allow_redirects: z.enum(['always', 'never']).optional() });

const described = {
  description: clearable.optional(),
  metadata: metadata.optional(),
  receipt_email: clearable.optional(),
  setup_future_usage: futureUsage,
  shipping: z.union([shipping, z.literal('')]).optional(),
  statement_descriptor: z.string().max(22).optional(),
  statement_descriptor_suffix: z.string().max(22).optional(),
  transfer_group: text.optional(),
  payment_method_types: list.optional(),
  allowed_payment_method_types: list.optional(),
  payment_method_options: anything.optional(),
};
const confirming = {
  ...CardSource,
  error_on_requires_action: flag.optional(),
  mandate_data: anything.optional(),
  off_session: z.enum(['true', 'false', 'one_off', 'recurring']).optional(),
  return_url: z.url().optional(),
  use_stripe_sdk: flag.optional(),
};
export const Create = z.strictObject({
  ...described,
  ...confirming,
  amount: integer,
  automatic_payment_methods: automaticMethods.optional(),
  capture_method: z.enum(['automatic', 'automatic_async']).optional(),
  confirm: flag.optional(),
  confirmation_method: z.literal('automatic').optional(),
  currency: text,
  customer: text.optional(),
});
export const Update = z.strictObject({
  ...described,
  payment_method: CardSource.payment_method,
  payment_method_data: CardSource.payment_method_data,
  amount: integer.optional(),
  currency: text.optional(),
  customer: text.optional(),
});
export const Confirm = z.strictObject({
  ...confirming,
  receipt_email: clearable.optional(),
  setup_future_usage: futureUsage,
  shipping: z.union([shipping, z.literal('')]).optional(),
  payment_method_types: list.optional(),
  payment_method_options: anything.optional(),
  expected_payment_method_type: text.optional(),
});
export const Cancel = z.strictObject({
  cancellation_reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned']).optional(),
});
export const Filters = z.strictObject({ ...paging, customer: text.optional(), created: range.optional() });

/** The intent with the descriptive parameters that were given. */
export function describe(
  intent: Stripe.PaymentIntent,
  given: Omit<z.output<typeof Update>, 'amount' | 'currency' | 'customer'>,
): Stripe.PaymentIntent {
  return {
    ...intent,
    ...(given.description === undefined ? {} : { description: given.description }),
    ...(given.receipt_email === undefined ? {} : { receipt_email: given.receipt_email }),
    ...(given.setup_future_usage === undefined ? {} : { setup_future_usage: given.setup_future_usage || null }),
    ...(given.statement_descriptor === undefined ? {} : { statement_descriptor: given.statement_descriptor }),
    ...(given.statement_descriptor_suffix === undefined
      ? {}
      : { statement_descriptor_suffix: given.statement_descriptor_suffix }),
    ...(given.transfer_group === undefined ? {} : { transfer_group: given.transfer_group }),
    ...(given.shipping === undefined ? {} : { shipping: given.shipping === '' ? null : shippingOf(given.shipping) }),
    ...(given.payment_method_types === undefined ? {} : { payment_method_types: given.payment_method_types }),
    metadata: mergeMetadata(intent.metadata, given.metadata),
  };
}

function shippingOf({ address, name, phone = null }: z.output<typeof shipping>): Stripe.PaymentIntent.Shipping {
  return { address: wholeAddress(address), name, phone };
}

/** Stripe's default since 2023: whatever the dashboard allows, unless types are named. */
export function methodChoice(given: z.output<typeof Create>): Partial<Stripe.PaymentIntent> {
  if (given.payment_method_types && given.automatic_payment_methods) {
    throw invalid('You may only specify one of these parameters: automatic_payment_methods, payment_method_types.');
  }
  if (given.payment_method_types) return { payment_method_types: given.payment_method_types };
  const { enabled = true, allow_redirects = 'always' } = given.automatic_payment_methods ?? {};
  return { automatic_payment_methods: { enabled, allow_redirects } };
}

export function newIntent(amount: number, currency: string, customer: string | null): Stripe.PaymentIntent {
  const id = newId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: newClientSecret(id),
    confirmation_method: 'automatic',
    created: now(),
    currency,
    customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
}
