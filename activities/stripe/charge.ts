/** Charges a saved card without the customer being there: renewals and their retries. */
import { ApplicationFailure } from '@temporalio/common';
import type Stripe from 'stripe';
import type { PaymentId } from '../../billing/ids.ts';
import { refusalOfCharge, toProcessor } from '../../billing/processor-amounts.ts';
import { Order } from '../../db/entities/order.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { findOrForestall } from './forestalled.ts';
import { findPaymentIntent, keyed, paymentKey } from './keyed.ts';
import type { ChargeOutcome } from './outcome.ts';
import { declineOf, keepDeclined, keepPaid } from './payment-row.ts';
import { askAgain, intentBefore } from './processing.ts';

interface Asked {
  readonly paymentId: PaymentId;
}

/** Takes a pending payment's amount from its card. Safe to repeat within the 24 hours that the processor keeps keys. */
export async function charge({ orm, stripe }: Dependencies, { paymentId }: Asked): Promise<ChargeOutcome> {
  const em = orm.em.fork();
  const payment = await em.findOneOrFail(Payment, paymentId, { populate: ['customer'] });
  const unchargeable = refusalOfCharge(payment.amount, payment.currency);
  if (unchargeable !== null) return keepDeclined(em, paymentId, { intentId: null, ...unchargeable });
  const known = await intentBefore(stripe, payment);
  if (known !== null) return outcomeOf(em, paymentId, known);
  const customer = payment.customer.stripeCustomerId;
  const before = customer && (await isOfBefore(em, payment)) ? await paidBefore(stripe, customer, payment) : null;
  if (before !== null) return outcomeOf(em, paymentId, before);
  const card = await savedCard(em, payment);
  if (!card || !customer) {
    // Nothing to charge now, which says nothing of an earlier try: the card may have been removed since.
    const message = 'There is no saved payment method to charge.';
    return foundOr({ orm, stripe }, paymentId, { reason: 'payment_method_missing', message });
  }
  const answer = await keyed(
    paymentKey(payment),
    (options) => stripe.paymentIntents.create(intentFor(payment, customer, card), options),
    () => findPaymentIntent(stripe, customer, paymentId),
  );
  return answer.kind === 'made' ? outcomeOf(em, paymentId, answer.object) : keepDeclined(em, paymentId, answer);
}

/** What is charged later than this, in ms, may have been charged in time, and its database restored since. */
const LATE = 10 * 60_000;

/** Of a payment that is late, or a retry: whether the processor may know it from before a restore of the database. */
async function isOfBefore(em: EntityManager, payment: PaymentRow): Promise<boolean> {
  if (payment.attempt > 1) return true;
  if (!payment.order || !payment.begunAt) return false;
  const order = await em.findOneOrFail(Order, payment.order.id, { populate: ['subscription'] });
  const { subscription, meterPeriodEnd } = order;
  const start = order.cycle === null ? null : subscription?.currentPeriodStart;
  // A period that begins whenever it is opened, as one that is resumed does, never looks late.
  if (!meterPeriodEnd && start && start.getTime() === subscription?.anchor.getTime()) return true;
  const due = meterPeriodEnd ?? start;
  return !!due && payment.begunAt.getTime() - due.getTime() > LATE;
}

/**
 * What the customer has paid the payment's order by: this attempt, or a later one that the database has forgotten. One
 * that may still pay it is waited for; its id is not kept, since it is another attempt's if it fails.
 */
async function paidBefore(stripe: Stripe, customer: string, payment: PaymentRow): Promise<Stripe.PaymentIntent | null> {
  const expand = ['data.latest_charge.balance_transaction'];
  let waited: Stripe.PaymentIntent | null = null;
  for await (const intent of stripe.paymentIntents.list({ customer, limit: 100, expand })) {
    const { payment_id: paymentId, order_id: orderId } = intent.metadata;
    if (paymentId !== payment.id && !(payment.order && orderId === payment.order.id)) continue;
    if (intent.status === 'succeeded') return intent;
    if (intent.status === 'processing') waited = intent;
  }
  if (waited) throw ApplicationFailure.retryable(`${waited.id} is still being processed`, 'Processing');
  return null;
}

/** For a charge whose answer never came: what the processor says of it now. Not known to it: not made, now or later. */
export function findCharge(deps: Dependencies, { paymentId }: Asked): Promise<ChargeOutcome> {
  const message = 'The card processor could not be reached.';
  return foundOr(deps, paymentId, { reason: 'processor_unreachable', message });
}

async function foundOr(
  deps: Pick<Dependencies, 'orm' | 'stripe'>,
  paymentId: PaymentId,
  missing: { readonly reason: string; readonly message: string },
): Promise<ChargeOutcome> {
  const em = deps.orm.em.fork();
  const fate = await findOrForestall(deps, paymentId);
  if (fate.isMade) return outcomeOf(em, paymentId, fate.intent);
  return keepDeclined(em, paymentId, { intentId: fate.intentId, ...missing });
}

export function intentFor(payment: PaymentRow, customer: string, card: string): Stripe.PaymentIntentCreateParams {
  return {
    amount: toProcessor(payment.amount, payment.currency),
    currency: payment.currency,
    customer,
    payment_method: card,
    allowed_payment_method_types: ['card'],
    off_session: true,
    confirm: true,
    // Not in the background, as by default: the answer then has the fee.
    capture_method: 'automatic',
    metadata: { payment_id: payment.id, order_id: payment.order?.id ?? '', organization_id: payment.organization.id },
    expand: ['latest_charge.balance_transaction'],
  };
}

async function outcomeOf(
  em: EntityManager,
  paymentId: PaymentId,
  intent: Stripe.PaymentIntent,
): Promise<ChargeOutcome> {
  switch (intent.status) {
    case 'succeeded':
      return keepPaid(em, paymentId, intent);
    case 'processing':
      return askAgain(em, paymentId, intent);
    default:
      return keepDeclined(em, paymentId, declineOf(intent));
  }
}

export async function savedCard(em: EntityManager, payment: PaymentRow): Promise<string | null> {
  if (!payment.paymentMethodId) return null;
  const method = await em.findOne(PaymentMethod, { id: payment.paymentMethodId, deletedAt: null });
  return method?.stripeId ?? null;
}
