/** Payment intents: from creation to paid or canceled. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import { CardSource, chooseCard } from './card-source.ts';
import { chargeable } from './currencies.ts';
import { customerWithId } from './customers.ts';
import { emit } from './events.ts';
import { forbiddenByState, invalid, missing } from './failures.ts';
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
  read,
  shipping,
  text,
} from './params.ts';
import { attemptPayment, refuseUnlessAccepted } from './payment-confirmation.ts';

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
const Create = z.strictObject({
  ...described,
  ...confirming,
  amount: integer,
  automatic_payment_methods: automaticMethods.optional(),
  capture_method: z.enum(['automatic', 'automatic_async']).optional(),
  confirm: flag.optional(),
  confirmation_method: z.enum(['automatic', 'manual']).optional(),
  currency: text,
  customer: text.optional(),
});
const Update = z.strictObject({
  ...described,
  ...CardSource,
  amount: integer.optional(),
  currency: text.optional(),
  customer: text.optional(),
});
const Confirm = z.strictObject({
  ...confirming,
  receipt_email: clearable.optional(),
  setup_future_usage: futureUsage,
  shipping: z.union([shipping, z.literal('')]).optional(),
  payment_method_types: list.optional(),
  payment_method_options: anything.optional(),
  expected_payment_method_type: text.optional(),
});
const Cancel = z.strictObject({
  cancellation_reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned']).optional(),
});
const Filters = z.strictObject({ ...paging, customer: text.optional(), created: range.optional() });

/** The intent in the address; with a publishable key only by its client secret. */
function intentInPath(call: Call): Stripe.PaymentIntent {
  const intent = call.sandbox.store.find('payment_intent', idIn(call));
  if (!intent || (call.access === 'publishable' && intent.client_secret !== call.clientSecret)) {
    throw missing('payment_intent', idIn(call));
  }
  return intent;
}

function create(call: Call): Stripe.PaymentIntent {
  const given = read(Create, call.form);
  const currency = chargeable(given.amount, given.currency);
  const customer = given.customer ? customerWithId(call, given.customer, 'customer').id : null;
  if (!given.confirm && (given.off_session !== undefined || given.error_on_requires_action)) {
    const param = given.off_session === undefined ? 'error_on_requires_action' : 'off_session';
    throw invalid(`The parameter '${param}' can only be passed when 'confirm=true'.`, param);
  }
  const blank = { ...newIntent(given.amount, currency, customer), ...methodChoice(given) };
  const intent = call.sandbox.store.put('payment_intent', describe(blank, given));
  emit(call, 'payment_intent.created', intent);
  if (given.confirm) return confirm(call, intent, given);
  return withCard(call, intent, given);
}

/** The card is noted, not yet charged. */
function withCard(call: Call, intent: Stripe.PaymentIntent, given: z.output<typeof Update>): Stripe.PaymentIntent {
  const { confirmation_token, payment_method, payment_method_data } = given;
  const chosen = chooseCard(call, { confirmation_token, payment_method, payment_method_data }, intent);
  if (!chosen) return intent;
  const noted = { ...intent, payment_method: chosen.method.id, status: 'requires_confirmation' } as const;
  return call.sandbox.store.put('payment_intent', noted);
}

function confirm(call: Call, intent: Stripe.PaymentIntent, given: z.output<typeof Confirm>): Stripe.PaymentIntent {
  const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action'];
  if (!confirmable.includes(intent.status)) {
    throw unexpected(intent, `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`);
  }
  const chosen = chooseCard(call, given, intent);
  if (!chosen) {
    throw unexpected(intent, "You cannot confirm this PaymentIntent because it's missing a payment method.");
  }
  const offSession = given.off_session !== undefined && given.off_session !== 'false';
  const returnUrl = given.return_url ?? chosen.returnUrl;
  refuseWithoutWayBack(intent, {
    offSession,
    returnUrl,
    ownAction: given.use_stripe_sdk === true || call.access === 'publishable',
  });
  const usage = given.setup_future_usage ?? chosen.setupFutureUsage ?? undefined;
  const changed = describe(intent, {
    ...given,
    setup_future_usage: usage === 'on_session' || usage === 'off_session' || usage === '' ? usage : undefined,
  });
  const { method } = chosen;
  const attempt = {
    method,
    offSession,
    authenticated: false,
    returnUrl,
    failsOnAction: given.error_on_requires_action ?? false,
  };
  return refuseUnlessAccepted(attemptPayment(call, changed, attempt));
}

/** Methods from the dashboard may lead to another page, so Stripe insists on knowing the way back. */
function refuseWithoutWayBack(
  intent: Stripe.PaymentIntent,
  way: { offSession: boolean; returnUrl: string | null; ownAction: boolean },
): void {
  const mayRedirect =
    intent.automatic_payment_methods?.enabled && intent.automatic_payment_methods.allow_redirects !== 'never';
  if (!mayRedirect || way.returnUrl !== null || way.offSession || way.ownAction) return;
  throw invalid(
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[allow_redirects]` to `never`.",
    'return_url',
  );
}

function describe(
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
    metadata: mergeMetadata(intent.metadata, given.metadata),
  };
}

/** Stripe's default since 2023: whatever the dashboard allows, unless types are named. */
function methodChoice(given: z.output<typeof Create>): Partial<Stripe.PaymentIntent> {
  if (given.payment_method_types) return { payment_method_types: given.payment_method_types };
  const { enabled = true, allow_redirects = 'always' } = given.automatic_payment_methods ?? {};
  return { automatic_payment_methods: { enabled, allow_redirects } };
}

function unexpected(intent: Stripe.PaymentIntent, message: string) {
  return forbiddenByState('payment_intent_unexpected_state', message, { payment_intent: intent });
}

export const paymentIntentRoutes: Route[] = [
  { method: 'post', path: '/v1/payment_intents', handle: create },
  { method: 'get', path: '/v1/payment_intents/:id', browser: true, handle: intentInPath },
  {
    method: 'post',
    path: '/v1/payment_intents/:id',
    handle(call) {
      const given = read(Update, call.form);
      const intent = intentInPath(call);
      if (
        ['succeeded', 'canceled', 'processing'].includes(intent.status) &&
        Object.keys(call.form).some((key) => !['metadata', 'description'].includes(key))
      ) {
        throw unexpected(
          intent,
          `This PaymentIntent could not be updated because it has a status of ${intent.status}.`,
        );
      }
      const amount = given.amount ?? intent.amount;
      const currency = chargeable(amount, given.currency ?? intent.currency);
      const customer = given.customer ? customerWithId(call, given.customer, 'customer').id : idOf(intent.customer);
      const changed = call.sandbox.store.put(
        'payment_intent',
        describe({ ...intent, amount, currency, customer }, given),
      );
      const names = ['payment_method', 'payment_method_data', 'confirmation_token'];
      return names.some((name) => name in call.form) ? withCard(call, changed, given) : changed;
    },
  },
  {
    method: 'post',
    path: '/v1/payment_intents/:id/confirm',
    browser: true,
    handle: (call) => confirm(call, intentInPath(call), read(Confirm, call.form)),
  },
  {
    method: 'post',
    path: '/v1/payment_intents/:id/cancel',
    handle(call) {
      const { cancellation_reason = null } = read(Cancel, call.form);
      const intent = intentInPath(call);
      if (['succeeded', 'canceled', 'processing'].includes(intent.status)) {
        throw unexpected(intent, `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`);
      }
      const ended = { canceled_at: now(), cancellation_reason, next_action: null, status: 'canceled' } as const;
      const canceled = call.sandbox.store.put('payment_intent', { ...intent, ...ended });
      emit(call, 'payment_intent.canceled', canceled);
      return canceled;
    },
  },
  {
    method: 'get',
    path: '/v1/payment_intents',
    handle(call) {
      const { customer, created, ...page } = read(Filters, call.form);
      return call.sandbox.store.list('payment_intent', { customer, created }, page, '/v1/payment_intents');
    },
  },
];

function newIntent(amount: number, currency: string, customer: string | null): Stripe.PaymentIntent {
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
