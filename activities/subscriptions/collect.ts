/** What follows from an attempt to charge a subscription's order: paid, to be tried again, or given up. */
import { CUSTOMER_RETRIES, isFinalDecline, nextRetry, SCHEDULED_TRIGGERS } from '../../billing/dunning.ts';
import type { OrderId, PaymentId, PaymentMethodId } from '../../billing/ids.ts';
import { cardOfSubscription } from '../../db/cards.ts';
import { chargedWith } from '../../db/charged-with.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { SubscriptionChange, type SubscriptionChangeRow } from '../../db/entities/subscription-change.ts';
import { wantGrants } from '../../db/grants.ts';
import { usageEndOf } from '../../db/meter-cycles.ts';
import type { EntityManager } from '../../db/orm.ts';
import { recordSystemEvents } from '../../db/system-events.ts';
import { creditOn } from '../../db/unpaid-orders.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import type { Dependencies } from '../dependencies.ts';
import { writeReceipt } from '../email/receipt.ts';
import { writeEmail } from '../email/write.ts';
import { refuse } from '../failures.ts';
import { giveBackToBalance } from '../ledger/balance.ts';
import { dueOf, payOrder, tellOrder } from '../orders/pay.ts';
import { paymentOf } from '../orders/same-ids.ts';
import type { ChargeOutcome, Declined } from '../stripe/outcome.ts';
import { takeHold } from './change-terms.ts';
import { creditingGrants, cycleCredits } from './credits.ts';
import { endNow } from './end.ts';
import { keepWaiting } from './entries.ts';
import { followSubscription } from './metering.ts';
import { skipMissedPeriods } from './period.ts';
import { recordChange } from './recorded.ts';
import { finishOrder } from './renew.ts';
import { benefitsEndAt } from './state.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';

export interface OpenAttempt extends Step {
  readonly orderId: OrderId;
  readonly trigger: PaymentRow['trigger'];
  /** The card that the customer chose for it; null: the one that the subscription is charged to. */
  readonly paymentMethodId: PaymentMethodId | null;
  /** Real time, ms since 1970. */
  readonly begunAt: number;
}

/** Freezes a further attempt at an unpaid order: amount, and the present card. */
export function openAttempt(deps: Dependencies, step: OpenAttempt): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    const order = await em.findOneOrFail(Order, { id: step.orderId, subscription: row.id });
    const earlier = await em.find(Payment, { order: order.id });
    if (earlier.some(({ status }) => status === 'pending')) refuse('Conflict', 'A payment of this order is under way.');
    if (step.trigger === 'retry_customer') refuseFurtherRetries(earlier);
    const customer = await em.findOneOrFail(Customer, row.customer.id);
    em.create(Payment, {
      id: paymentOf(order.id, earlier.length + 1),
      createdAt: at,
      organization: order.organization,
      customer,
      order,
      attempt: earlier.length + 1,
      trigger: step.trigger,
      begunAt: new Date(step.begunAt),
      amount: dueOf(order),
      currency: order.currency,
      paymentMethodId: step.paymentMethodId ?? cardOfSubscription(row, customer),
    });
  });
}

function refuseFurtherRetries(earlier: readonly PaymentRow[]): void {
  if (earlier.filter(({ trigger }) => trigger === 'retry_customer').length < CUSTOMER_RETRIES) return;
  refuse(
    'RetryLimit',
    `This order was retried ${CUSTOMER_RETRIES} times; use another card, or wait for the next attempt.`,
  );
}

export interface Settle extends Step {
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
  readonly outcome: ChargeOutcome;
}

export function settle(deps: Dependencies, step: Settle): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    const [order, payment] = await Promise.all([
      em.findOneOrFail(Order, step.orderId),
      em.findOneOrFail(Payment, step.paymentId),
    ]);
    // Of no other order a change may be waiting.
    const ofChange = { orderId: order.id, status: 'charging' as const };
    const change =
      order.billingReason === 'subscription_update' ? await em.findOne(SubscriptionChange, ofChange) : null;
    if (change !== null) {
      await settleChange(em, row, order, payment, change as SubscriptionChangeRow, step.outcome, at);
    } else if (step.outcome.status === 'paid') {
      await payOrder(em, order, payment, at);
      if (row.status === 'past_due') await recover(em, row, order, at);
      await writeReceipt(em, row, order, at);
      await tellOrder(em, order, at, 'order.updated', 'order.paid');
    } else {
      payment.status = 'failed';
      payment.modifiedAt = at;
      await failed(em, taxes, row, order, payment, step.outcome, at);
    }
  });
}

/** Paid, the change takes hold; else it comes to nothing, and all is as it was. */
async function settleChange(
  em: EntityManager,
  row: SubscriptionRow,
  order: OrderRow,
  payment: PaymentRow,
  change: SubscriptionChangeRow,
  outcome: ChargeOutcome,
  at: Date,
): Promise<void> {
  payment.clientSecret = null;
  payment.approveBy = null;
  if (outcome.status === 'paid') {
    await payOrder(em, order, payment, at);
    await takeHold(em, row, change, order, at);
    await finishOrder(em, order, at);
    return;
  }
  payment.status = 'failed';
  payment.modifiedAt = at;
  order.status = 'void';
  order.modifiedAt = at;
  const metadata = { order_id: order.id, amount: order.totalAmount, currency: order.currency };
  await recordSystemEvents(em, [{ name: 'order.voided', customerId: row.customer.id, metadata, at }]);
  change.status = 'void';
  change.modifiedAt = at;
  await giveBackToBalance(em, order, at);
  await keepWaiting(em, row, order.id);
}

/** Active again; benefits that were taken come back. */
async function recover(em: EntityManager, row: SubscriptionRow, paid: OrderRow, at: Date): Promise<void> {
  // Said by its order so far, which is of another period where some are left out.
  row.periodAmount ??= await chargedWith(em, row);
  const isDelivered = (await benefitsEndAt(em, row)) >= row.currentPeriodEnd.getTime();
  row.status = 'active';
  row.pastDueAt = null;
  const usageEnd = usageEndOf(row);
  skipMissedPeriods(row, at, paid.meterPeriodEnd || isDelivered ? 'past' : 'running');
  await want(em, row, 'granted', at);
  const grants = await creditingGrants(em, row);
  await followSubscription(em, row, at);
  // What was used since is billed with the next renewal, and has the units of both periods. One that is due at once brings
  // its own.
  const isAnother = usageEndOf(row).getTime() !== usageEnd.getTime();
  if (isAnother && row.currentPeriodEnd > at) await cycleCredits(em, row, grants, new Set(), at);
  await recordChange(em, row, at, 'subscription.reactivated');
  await tellSubscription(em, row, at, 'subscription.updated', 'subscription.active');
}

async function failed(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  order: OrderRow,
  payment: PaymentRow,
  declined: Declined,
  at: Date,
): Promise<void> {
  // The last order of what ends with its period stays owed, all of it; what its prorated lines give back is balance.
  if (row.cancelAtPeriodEnd && !order.cycle && !order.meterPeriodEnd) {
    order.modifiedAt = at;
    // All of it at once: the end asks again, and an order gives back once.
    await giveBackToBalance(em, order, at, await creditOn(em, order));
    return tellOrder(em, order, at, 'order.updated');
  }
  const isFirst = row.status !== 'past_due';
  if (isFirst) {
    row.status = 'past_due';
    row.pastDueAt = at;
  }
  await em.flush();
  const failures = await em.count(Payment, {
    order: order.id,
    status: 'failed',
    trigger: { $in: [...SCHEDULED_TRIGGERS] },
  });
  const retryAt = nextRetry((row.pastDueAt ?? at).getTime(), failures);
  if (retryAt === null || (isFinalDecline(declined.reason) && (await isOfCardToCharge(em, row, payment)))) {
    if (isFirst) await tellSubscription(em, row, at, 'subscription.updated', 'subscription.past_due');
    await endNow(em, taxes, row, at, { isUnpaid: true });
    return;
  }
  order.nextPaymentAttemptAt = new Date(retryAt);
  order.modifiedAt = at;
  await em.flush();
  if (isFirst) {
    await followSubscription(em, row, at);
    const ends = new Date(await benefitsEndAt(em, row));
    const benefits = ends <= at ? null : ends;
    await writeEmail(em, { kind: 'subscription_past_due', subscription: row, order, benefitsEndAt: benefits, at });
    if (benefits === null) await want(em, row, 'revoked', at);
    await tellSubscription(em, row, at, 'subscription.updated', 'subscription.past_due');
  }
  await tellOrder(em, order, at, 'order.updated');
}

/** Another card, tried by hand or replaced while it was charged, says nothing of the one that the schedule goes on with. */
async function isOfCardToCharge(
  em: EntityManager,
  row: SubscriptionRow,
  { customer, paymentMethodId }: PaymentRow,
): Promise<boolean> {
  return paymentMethodId === cardOfSubscription(row, await em.findOneOrFail(Customer, customer.id));
}

/** The grace period is over and the order still unpaid. */
export function endGrace(deps: Dependencies, step: Step): Promise<Stepped> {
  return takeStep(deps, step, (em, row, at) => want(em, row, 'revoked', at));
}

async function want(em: EntityManager, row: SubscriptionRow, wanted: 'granted' | 'revoked', at: Date): Promise<void> {
  const [customer, product] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
  ]);
  await wantGrants(em, { customer, product, subscription: row, wanted, at });
}
