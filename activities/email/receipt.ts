/** Tells of a period that is paid, or of a meter period, when its order is. */
import type { OrderRow } from '../../db/entities/order.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { writeEmail } from './write.ts';

/**
 * Within the step that pays the order, whether by card or because nothing was due. Nobody is written to each month about
 * what costs nothing, but everybody whose trial is over.
 */
export async function writeReceipt(em: EntityManager, row: SubscriptionRow, order: OrderRow, at: Date): Promise<void> {
  const isOfUsage = Boolean(order.meterPeriodEnd);
  if ((order.billingReason !== 'subscription_cycle' && !isOfUsage) || order.status !== 'paid') return;
  const isAfterTrial = !isOfUsage && row.trialEnd?.getTime() === row.currentPeriodStart.getTime();
  if (order.totalAmount === 0 && !isAfterTrial) return;
  const kind = isAfterTrial ? 'subscription_cycled_after_trial' : 'subscription_cycled';
  await writeEmail(em, { kind, subscription: row, order, at });
}
