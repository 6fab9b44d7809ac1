/** Refunds: of a whole charge or a part, never more than is left of it. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { recordMovement } from './balance.ts';
import type { Call, Route } from './call.ts';
import { idIn, idOf } from './call.ts';
import { chargeOf } from './charges.ts';
import { written } from './currencies.ts';
import { emit } from './events.ts';
import { forbiddenByState, invalid, missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { flag, integer, mergeMetadata, metadata, paging, range, read, text } from './params.ts';
import { firstStatus } from './refund-endings.ts';

const Create = z.strictObject({
  amount: integer.optional(),
  charge: text.optional(),
  metadata: metadata.optional(),
  payment_intent: text.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  refund_application_fee: flag.optional(),
  reverse_transfer: flag.optional(),
});
const Filters = z.strictObject({
  ...paging,
  charge: text.optional(),
  payment_intent: text.optional(),
  created: range.optional(),
});

function create(call: Call): Stripe.Refund {
  const given = read(Create, call.form);
  const charge = refundable(call, given);
  const left = charge.amount - charge.amount_refunded;
  const amount = given.amount ?? left;
  if (amount < 1)
    throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
  if (amount > left) {
    const [asked, rest] = [written(amount, charge.currency), written(left, charge.currency)];
    throw invalid(`Refund amount (${asked}) is greater than unrefunded amount on charge (${rest})`, 'amount');
  }
  const id = newId('re');
  const { currency, description } = charge;
  const movement = recordMovement(call, { type: 'refund', source: id, amount: -amount, currency, description });
  const refund = call.sandbox.store.put('refund', {
    id,
    object: 'refund',
    amount,
    balance_transaction: movement.id,
    charge: charge.id,
    created: now(),
    currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
    metadata: mergeMetadata(null, given.metadata),
    payment_intent: idOf(charge.payment_intent),
    payment_method: charge.payment_method,
    reason: given.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: firstStatus(call, id, charge),
    transfer_reversal: null,
  });
  const refunded = charge.amount_refunded + amount;
  const after = call.sandbox.store.put('charge', {
    ...charge,
    amount_refunded: refunded,
    refunded: refunded === charge.amount,
  });
  emit(call, 'refund.created', refund);
  emit(call, 'charge.refunded', after, charge);
  return refund;
}

/** The paid charge that is meant, with something left to give back. */
function refundable(call: Call, given: { charge?: string; payment_intent?: string }): Stripe.Charge {
  const { store } = call.sandbox;
  if (!given.charge && !given.payment_intent) {
    throw invalid(
      'One of the following params should be provided for this request: payment_intent or charge.',
      undefined,
      'parameter_missing',
    );
  }
  const intent = given.payment_intent ? store.find('payment_intent', given.payment_intent) : undefined;
  if (given.payment_intent && !intent) throw missing('payment_intent', given.payment_intent, 'payment_intent');
  const charge = given.charge ? store.find('charge', given.charge) : intent && chargeOf(call, intent);
  if (!charge && given.charge) throw missing('charge', given.charge, 'charge');
  if (!charge?.paid) throw invalid('This payment does not have a successful charge to refund.', 'payment_intent');
  if (charge.refunded)
    throw forbiddenByState('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
  return charge;
}

function refundInPath(call: Call): Stripe.Refund {
  const refund = call.sandbox.store.find('refund', idIn(call));
  if (!refund) throw missing('refund', idIn(call));
  return refund;
}

export const refundRoutes: Route[] = [
  { method: 'post', path: '/v1/refunds', handle: create },
  { method: 'get', path: '/v1/refunds/:id', handle: refundInPath },
  {
    method: 'post',
    path: '/v1/refunds/:id',
    handle(call) {
      const { metadata: keys } = read(z.strictObject({ metadata: metadata.optional() }), call.form);
      const before = refundInPath(call);
      const refund = call.sandbox.store.put('refund', { ...before, metadata: mergeMetadata(before.metadata, keys) });
      emit(call, 'refund.updated', refund, before);
      return refund;
    },
  },
  {
    method: 'get',
    path: '/v1/refunds',
    handle(call) {
      const { charge, payment_intent, created, ...page } = read(Filters, call.form);
      return call.sandbox.store.list('refund', { charge, payment_intent, created }, page, '/v1/refunds');
    },
  },
];
