/** Charges: each attempt to take money from a card, with its balance transaction and fee when it succeeded. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { recordMovement } from './balance.ts';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import type { Decline } from './card-verdicts.ts';
import { attempt, outcome, stripeFee } from './charge-shape.ts';
import { emit } from './events.ts';
import { missing } from './failures.ts';
import { newId } from './ids.ts';
import { shownAtFirst } from './late-fees.ts';
import { mergeMetadata, metadata, paging, range, read, text } from './params.ts';

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
    feeOf: (amount) => stripeFee(amount, method.card?.country ?? null),
    currency: intent.currency,
    description: intent.description,
  });
  const charge = call.sandbox.store.put('charge', {
    ...attempt(id, intent, method, authenticated),
    amount_captured: intent.amount,
    balance_transaction: shownAtFirst(call, id, movement.id),
    captured: true,
    outcome: outcome('approved_by_network', 'authorized', null, 'Payment complete.'),
    paid: true,
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
