/** How a subscription is called off and ended: at the period's end, taken back, or at once. */
import type { CancellationReason } from '../../billing/subscription-state.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { wantGrants } from '../../db/grants.ts';
import type { EntityManager } from '../../db/orm.ts';
import { revokeSeatsOf } from '../../db/seats.ts';
import { creditOn, unpaidOrders } from '../../db/unpaid-orders.ts';
import type { TaxSheet } from '../../tax/sheet.ts';
import type { Dependencies } from '../dependencies.ts';
import { writeEmail } from '../email/write.ts';
import { giveBackToBalance } from '../ledger/balance.ts';
import { tellOrder } from '../orders/pay.ts';
import { dropPendingChange } from './apply-change.ts';
import { billLeftovers } from './final-order.ts';
import { closeLastUsage, ownedBy } from './metering.ts';
import { type Step, type Stepped, takeStep, tellSubscription } from './step.ts';
import { refuseUnlessFrozen } from './usage-goes-on.ts';

export interface Canceling extends Step {
  readonly reason: CancellationReason | null;
  readonly comment: string | null;
}

/** The subscription runs on to the end of its period and is not renewed; one that is paused ends at once. */
export function cancelAtPeriodEnd(deps: Dependencies, step: Canceling): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    keepReason(row, step);
    // Who has paused has nothing to wait for.
    if (row.status === 'paused') return endNow(em, taxes, row, at);
    row.cancelAtPeriodEnd = true;
    row.canceledAt = at;
    row.endsAt = row.currentPeriodEnd;
    row.pauseAtPeriodEnd = false;
    row.resumesAt = null;
    await tellSubscription(em, row, at, 'subscription.updated', 'subscription.canceled');
    await writeEmail(em, { kind: 'subscription_cancellation', subscription: row, at });
  });
}

export function takeBackCancellation(deps: Dependencies, step: Step): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at) => {
    row.cancelAtPeriodEnd = false;
    row.canceledAt = null;
    row.endsAt = null;
    row.cancellationReason = null;
    row.cancellationComment = null;
    await tellSubscription(em, row, at, 'subscription.updated', 'subscription.uncanceled');
    await writeEmail(em, { kind: 'subscription_uncanceled', subscription: row, at });
  });
}

/** Ends it now: at its canceled period's end, or because the merchant revokes it. */
export function endSubscription(deps: Dependencies, step: Canceling): Promise<Stepped> {
  return takeStep(deps, step, async (em, row, at, taxes) => {
    keepReason(row, step);
    await endNow(em, taxes, row, at);
  });
}

function keepReason(row: SubscriptionRow, { reason, comment }: Pick<Canceling, 'reason' | 'comment'>): void {
  if (reason !== null) row.cancellationReason = reason;
  if (comment !== null) row.cancellationComment = comment;
}

/** Within a step: `canceled`, benefits asked back, nothing left to be charged. */
export async function endNow(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  at: Date,
  { isUnpaid }: { readonly isUnpaid: boolean } = { isUnpaid: false },
): Promise<void> {
  await refuseUnlessFrozen(em, await ownedBy(em, row, at));
  const usage = await closeLastUsage(em, row, at);
  const wasCalledOff = row.canceledAt !== null && row.canceledAt !== undefined;
  row.status = 'canceled';
  row.canceledAt ??= at;
  row.endsAt = at;
  row.endedAt = at;
  row.pauseAtPeriodEnd = false;
  row.pausedAt = null;
  row.resumesAt = null;
  const [customer, product] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, row.product.id),
  ]);
  await stopCollecting(em, row, at);
  await dropPendingChange(em, row, at);
  await wantGrants(em, { customer, product, subscription: row, wanted: 'revoked', at });
  await revokeSeatsOf(em, { subscription: row }, at);
  await tellSubscription(
    em,
    row,
    at,
    'subscription.updated',
    ...(wasCalledOff ? [] : (['subscription.canceled'] as const)),
    'subscription.revoked',
  );
  await writeEmail(em, { kind: 'subscription_revoked', subscription: row, isUnpaid, at });
  await billLeftovers(em, taxes, row, usage, at);
}

/**
 * An unpaid order of an ended subscription stays owed, and is not charged by itself any more. What it holds of the
 * customer's balance, and the credits on it, go to the balance, as those do that still wait for an order.
 */
async function stopCollecting(em: EntityManager, row: SubscriptionRow, at: Date): Promise<void> {
  for (const order of await unpaidOrders(em, row)) {
    const held = order.appliedBalanceAmount;
    await giveBackToBalance(em, order, at, await creditOn(em, order));
    if (!order.nextPaymentAttemptAt && order.appliedBalanceAmount === held) continue;
    order.nextPaymentAttemptAt = null;
    order.modifiedAt = at;
    await em.flush();
    await tellOrder(em, order, at, 'order.updated');
  }
}
