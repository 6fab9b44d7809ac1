/** What a subscription's present period was charged with, and what another price is for a period of its length. */
import { forLength } from '../billing/proration.ts';
import { Order } from './entities/order.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

/** The whole of it: said by its order, or by the change that came after it. */
export async function chargedWith(em: EntityManager, row: SubscriptionRow): Promise<number> {
  if (row.periodAmount !== null && row.periodAmount !== undefined) return row.periodAmount;
  const order = await em.findOne(Order, { subscription: row.id, cycle: row.cycle }, { fields: ['discountAmount'] });
  return Math.max(0, row.amount - (order?.discountAmount ?? 0));
}

export function forItsLength(row: SubscriptionRow, amount: number): number {
  // Periods count from 1 after their anchor; one whose end was moved ends at it.
  if (row.status === 'trialing' || row.cycle !== row.anchorCycle) return amount;
  const period = { start: row.currentPeriodStart.getTime(), end: row.currentPeriodEnd.getTime() };
  return forLength(amount, period, { interval: row.recurringInterval, count: row.recurringIntervalCount });
}

/** Whether its trial took the place of a period that was paid for, which a change in the trial would not credit. */
export async function wasPaidBeforeTrial(em: EntityManager, row: SubscriptionRow): Promise<boolean> {
  if (row.status !== 'trialing' || row.cycle === 0) return false;
  const status = { $in: ['paid', 'partially_refunded', 'refunded'] as const };
  return (await em.count(Order, { subscription: row.id, totalAmount: { $gt: 0 }, status })) > 0;
}
