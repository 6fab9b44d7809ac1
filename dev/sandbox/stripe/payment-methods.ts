/** Payment methods: cards, from a number, a token or one of Stripe's `pm_card_…` names, attached to customers or not. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import {
  BillingDetails,
  billingDetails,
  CardData,
  cardBehaviour,
  cardFacts,
  newCard,
  setCardFacts,
} from './card-details.ts';
import type { CardFacts } from './card-verdicts.ts';
import { judge } from './card-verdicts.ts';
import { customerWithId } from './customer-lookup.ts';
import { emit } from './events.ts';
import { cardRefused, invalid, missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { integer, mergeMetadata, metadata, paging, read, text } from './params.ts';

const redisplay = z.enum(['always', 'limited', 'unspecified']).optional();

export const PaymentMethodData = z.strictObject({
  type: z.literal('card'),
  card: CardData,
  billing_details: BillingDetails.optional(),
  metadata: metadata.optional(),
  allow_redisplay: redisplay,
  radar_options: z.strictObject({ session: text.optional() }).optional(),
});
export type PaymentMethodData = z.output<typeof PaymentMethodData>;

const Update = z.strictObject({
  billing_details: BillingDetails.optional(),
  card: z.strictObject({ exp_month: integer.optional(), exp_year: integer.optional() }).optional(),
  metadata: metadata.optional(),
  allow_redisplay: redisplay,
});
const Filters = z.strictObject({
  ...paging,
  customer: text.optional(),
  type: text.optional(),
});

/** A new one, not attached. Throws the card errors of a number, expiry date or code that cannot be. */
export function createPaymentMethod(call: Call, data: PaymentMethodData): Stripe.PaymentMethod {
  const { card, facts } = newCard(data.card);
  return keep(call, card, facts, {
    billing_details: billingDetails(data.billing_details),
    metadata: mergeMetadata(null, data.metadata),
    allow_redisplay: data.allow_redisplay ?? 'unspecified',
  });
}

export function keep(
  call: Call,
  card: Stripe.PaymentMethod.Card,
  facts: CardFacts,
  rest: Pick<Stripe.PaymentMethod, 'billing_details' | 'metadata' | 'allow_redisplay'>,
): Stripe.PaymentMethod {
  const method = call.sandbox.store.put('payment_method', {
    id: newId('pm'),
    object: 'payment_method',
    ...rest,
    card,
    created: now(),
    customer: null,
    customer_account: null,
    livemode: false,
    type: 'card',
  });
  setCardFacts(call, method.id, facts);
  return method;
}

/** The method with this id; each use of a `pm_card_…` name makes a fresh one. */
export function usablePaymentMethod(call: Call, id: string, param = 'payment_method'): Stripe.PaymentMethod {
  if (id.startsWith('pm_card_')) {
    const { card, facts } = newCard({ token: id });
    return keep(call, card, facts, {
      billing_details: billingDetails(undefined),
      metadata: {},
      allow_redisplay: 'unspecified',
    });
  }
  const method = call.sandbox.store.find('payment_method', id);
  if (!method) throw missing('PaymentMethod', id, param);
  return method;
}

/** Attaches without asking the issuer, as after a payment that it has just approved. */
export function attach(call: Call, method: Stripe.PaymentMethod, customer: string): Stripe.PaymentMethod {
  if (idOf(method.customer) === customer) return method;
  if (method.customer !== null) {
    throw invalid('The payment method you provided has already been attached to a customer.', 'payment_method');
  }
  refuseSpent(call, method);
  const attached = call.sandbox.store.put('payment_method', { ...method, customer });
  emit(call, 'payment_method.attached', attached);
  return attached;
}

export function detach(call: Call, method: Stripe.PaymentMethod): Stripe.PaymentMethod {
  const { store } = call.sandbox;
  const customer = store.find('customer', idOf(method.customer) ?? '');
  if (!customer) throw invalid('The payment method you provided is not attached to a customer.', 'payment_method');
  if (idOf(customer.invoice_settings.default_payment_method) === method.id) {
    const invoice_settings = { ...customer.invoice_settings, default_payment_method: null };
    emit(call, 'customer.updated', store.put('customer', { ...customer, invoice_settings }), customer);
  }
  setCardFacts(call, method.id, { ...cardFacts(call, method.id), spent: true });
  const detached = store.put('payment_method', { ...method, customer: null });
  emit(call, 'payment_method.detached', detached, method);
  return detached;
}

export function refuseSpent(call: Call, method: Stripe.PaymentMethod): void {
  if (!cardFacts(call, method.id).spent) return;
  throw invalid(
    'The provided PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
    'payment_method',
  );
}

/** The issuer is asked about a card that is attached by itself, and may decline. */
export function attachAsked(call: Call, method: Stripe.PaymentMethod, customer: string): Stripe.PaymentMethod {
  const facts = cardFacts(call, method.id);
  const use = {
    purpose: 'setup',
    offSession: false,
    authenticated: true,
    attached: false,
    setUp: facts.setUp,
  } as const;
  const verdict = judge(cardBehaviour(facts), use);
  if (verdict.kind === 'declined') throw cardRefused({ ...verdict.decline, param: '' }, false);
  return attach(call, method, customer);
}

export const paymentMethodRoutes: Route[] = [
  {
    method: 'post',
    path: '/v1/payment_methods',
    browser: true,
    handle: (call) => createPaymentMethod(call, read(PaymentMethodData, call.form)),
  },
  {
    method: 'get',
    path: '/v1/payment_methods/:id',
    handle: (call) => usablePaymentMethod(call, idIn(call), 'id'),
  },
  {
    method: 'post',
    path: '/v1/payment_methods/:id/attach',
    handle(call) {
      const { customer } = read(z.strictObject({ customer: text }), call.form);
      const owner = customerWithId(call, customer, 'customer');
      return attachAsked(call, usablePaymentMethod(call, idIn(call), 'id'), owner.id);
    },
  },
  {
    method: 'post',
    path: '/v1/payment_methods/:id/detach',
    handle: (call) => detach(call, usablePaymentMethod(call, idIn(call), 'id')),
  },
  {
    method: 'post',
    path: '/v1/payment_methods/:id',
    handle(call) {
      const change = read(Update, call.form);
      const before = usablePaymentMethod(call, idIn(call), 'id');
      const card = before.card && { ...before.card, ...change.card };
      const method = call.sandbox.store.put('payment_method', {
        ...before,
        card,
        billing_details: billingDetails(change.billing_details, before.billing_details),
        metadata: mergeMetadata(before.metadata, change.metadata),
        allow_redisplay: change.allow_redisplay ?? before.allow_redisplay,
      });
      emit(call, 'payment_method.updated', method, before);
      return method;
    },
  },
  {
    method: 'get',
    path: '/v1/payment_methods',
    handle(call) {
      const { customer, type, ...page } = read(Filters, call.form);
      if (customer) customerWithId(call, customer, 'customer');
      const filter = { customer, types: type ? [type] : undefined };
      return call.sandbox.store.list('payment_method', filter, page, '/v1/payment_methods');
    },
  },
  {
    method: 'get',
    path: '/v1/customers/:id/payment_methods',
    handle(call) {
      const { customer: _, type, ...page } = read(Filters, call.form);
      const customer = customerWithId(call, idIn(call)).id;
      const filter = { customer, types: type ? [type] : undefined };
      return call.sandbox.store.list('payment_method', filter, page, `/v1/customers/${customer}/payment_methods`);
    },
  },
  {
    method: 'get',
    path: '/v1/customers/:id/payment_methods/:method',
    handle(call) {
      const method = usablePaymentMethod(call, call.path.method ?? '', 'id');
      if (idOf(method.customer) !== idIn(call)) throw missing('PaymentMethod', method.id);
      return method;
    },
  },
];
