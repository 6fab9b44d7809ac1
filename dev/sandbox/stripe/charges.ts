/** Charges: each attempt to take money from a card, with its balance transaction and fee when it succeeded. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { recordMovement } from './balance.ts';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import type { Decline } from './card-verdicts.ts';
import { emit } from './events.ts';
import { missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { mergeMetadata, metadata, paging, range, read, text } from './params.ts';

/** Stripe's standard price for an account in the US: 2.9 % + 30, and 1.5 % more for cards from elsewhere. */
export function stripeFee(amount: number, cardCountry: string | null): number {
  const basisPoints = cardCountry === 'US' ? 290 : 440;
  return Math.floor((amount * basisPoints + 5000) / 10000) + 30;
}

export function chargeSucceeded(
  call: Call,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
) {
  const id = newId('ch');
  const movement = recordMovement(call, {
    type: 'charge',
    source: id,
    amount: intent.amount,
    fee: stripeFee(intent.amount, method.card?.country ?? null),
    currency: intent.currency,
    description: intent.description,
  });
  const charge = call.sandbox.store.put('charge', {
    ...attempt(id, intent, method, authenticated),
    amount_captured: intent.amount,
    balance_transaction: movement.id,
    captured: true,
    outcome: outcome('approved_by_network', 'authorized', null, 'Payment complete.'),
    paid: true,
    receipt_url: `${call.sandbox.url}/receipts/${id}`,
    status: 'succeeded',
  });
  emit(call, 'charge.succeeded', charge);
  return charge;
}

export function chargeFailed(call: Call, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, decline: Decline) {
  const blocked = decline.decline_code === 'fraudulent';
  const charge = call.sandbox.store.put('charge', {
    ...attempt(newId('ch'), intent, method, false),
    failure_code: decline.code,
    failure_message: decline.message,
    outcome: blocked
      ? outcome('not_sent_to_network', 'blocked', 'highest_risk_level', 'Stripe blocked this payment as too risky.')
      : outcome(
          'declined_by_network',
          'issuer_declined',
          decline.decline_code,
          'The bank did not authorize the payment.',
        ),
  });
  emit(call, 'charge.failed', charge);
  return charge;
}

function outcome(
  network_status: string,
  type: string,
  reason: string | null,
  seller_message: string,
): Stripe.Charge.Outcome {
  const risk =
    type === 'blocked' ? { risk_level: 'highest', risk_score: 90 } : { risk_level: 'normal', risk_score: 12 };
  const advice = { advice_code: null, network_advice_code: null, network_decline_code: null };
  return { ...advice, network_status, reason, ...risk, seller_message, type };
}

function attempt(
  id: string,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.Charge {
  const { tax_id: _, ...billing } = method.billing_details;
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { ...billing, tax_id: null },
    calculated_statement_descriptor: intent.statement_descriptor ?? 'SANDBOX',
    captured: false,
    created: now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: null,
    paid: false,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: cardDetails(intent, method, authenticated),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: 'failed',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  };
}

function cardDetails(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  authenticated: boolean,
): Stripe.Charge.PaymentMethodDetails {
  const { card } = method;
  if (!card) return { type: method.type };
  return {
    type: 'card',
    card: {
      amount_authorized: intent.amount,
      authorization_code: null,
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_token: { used: false },
      network_transaction_id: null,
      regulated_status: card.regulated_status,
      three_d_secure: authenticated
        ? {
            authentication_flow: 'challenge',
            electronic_commerce_indicator: '05',
            exemption_indicator: null,
            result: 'authenticated',
            result_reason: null,
            transaction_id: null,
            version: '2.2.0',
          }
        : null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

const Filters = z.strictObject({
  ...paging,
  customer: text.optional(),
  payment_intent: text.optional(),
  created: range.optional(),
});
const Update = z.strictObject({
  description: text.optional(),
  metadata: metadata.optional(),
  receipt_email: text.optional(),
});

function chargeInPath(call: Call): Stripe.Charge {
  const charge = call.sandbox.store.find('charge', idIn(call));
  if (!charge) throw missing('charge', idIn(call));
  return charge;
}

export const chargeRoutes: Route[] = [
  { method: 'get', path: '/v1/charges/:id', handle: chargeInPath },
  {
    method: 'post',
    path: '/v1/charges/:id',
    handle(call) {
      const { metadata: keys, ...change } = read(Update, call.form);
      const before = chargeInPath(call);
      const changed = { ...before, ...change, metadata: mergeMetadata(before.metadata, keys) };
      const charge = call.sandbox.store.put('charge', changed);
      emit(call, 'charge.updated', charge, before);
      return charge;
    },
  },
  {
    method: 'get',
    path: '/v1/charges',
    handle(call) {
      const { customer, payment_intent, created, ...page } = read(Filters, call.form);
      return call.sandbox.store.list('charge', { customer, payment_intent, created }, page, '/v1/charges');
    },
  },
];

/** The charge a client may mean by its own id or by its intent's. */
export function chargeOf(call: Call, intent: Stripe.PaymentIntent): Stripe.Charge | undefined {
  return call.sandbox.store.find('charge', idOf(intent.latest_charge) ?? '');
}
