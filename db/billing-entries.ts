/** Credits and charges that wait for a subscription's next order. */
import type { Line } from '../billing/orders.ts';
import { BillingEntry, type BillingEntryRow } from './entities/billing-entry.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

export async function waitingEntries(em: EntityManager, row: SubscriptionRow): Promise<BillingEntryRow[]> {
  // The row says when there are none, so that a renewal needn't look.
  if (row.waitingEntries === 0) return [];
  return em.find(BillingEntry, { subscriptionId: row.id, orderId: null }, { orderBy: { position: 'asc' } });
}

/** Of a former plan, or from before a trial: any order of usage may bill them. */
export async function usageEntries(em: EntityManager, row: SubscriptionRow): Promise<BillingEntryRow[]> {
  return (await waitingEntries(em, row)).filter(({ proration }) => !proration);
}

/** Nothing was charged since it began: it goes on, or was paused at its end. Called off now, it costs nothing. */
export const isTrial = ({ status, trialEnd, currentPeriodEnd }: SubscriptionRow): boolean =>
  status === 'trialing' || (status === 'paused' && trialEnd?.getTime() === currentPeriodEnd.getTime());

/**
 * Usage that a trial gave away: all of it where nothing was paid before. Else the trial was added: what was used until then is
 * dated at its start at the latest, and in such a trial the plan can't be changed, so that its own is kept at its end.
 */
export const isOfTrial = (row: SubscriptionRow, { proration, createdAt }: BillingEntryRow): boolean =>
  isTrial(row) && !proration && (row.cycle === 0 || Boolean(row.trialStart && createdAt > row.trialStart));

export const lineOfEntry = ({ label, amount, priceId, proration }: BillingEntryRow): Line => ({
  label,
  amount,
  priceId: priceId ?? null,
  proration,
});
