/** Keeps credits and charges for a subscription's next order, and puts them on it. */
import { randomUUID } from 'node:crypto';
import type { OrderId } from '../../billing/ids.ts';
import type { Line } from '../../billing/orders.ts';
import { isOfTrial, waitingEntries } from '../../db/billing-entries.ts';
import { BillingEntry, type BillingEntryRow } from '../../db/entities/billing-entry.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';

export async function keepForNextOrder(
  em: EntityManager,
  row: SubscriptionRow,
  lines: readonly Line[],
  at: Date,
): Promise<void> {
  const earlier = await em.count(BillingEntry, { subscriptionId: row.id });
  for (const [index, { label, amount, priceId, proration }] of lines.entries()) {
    const position = earlier + index;
    em.create(BillingEntry, {
      id: randomUUID(),
      createdAt: at,
      subscriptionId: row.id,
      position,
      label,
      amount,
      priceId,
      proration,
    });
  }
  row.waitingEntries += lines.length;
}

/** All that waits is on this order now. */
export async function billWaiting(em: EntityManager, row: SubscriptionRow, orderId: OrderId): Promise<void> {
  billEntries(row, await waitingEntries(em, row), orderId);
}

export function billEntries(row: SubscriptionRow, entries: readonly BillingEntryRow[], orderId: OrderId): void {
  for (const entry of entries) entry.orderId = orderId;
  row.waitingEntries -= entries.length;
}

/** A trial is called off: what was used in it and waits for an order is never charged. */
export async function dropUsageOfTrial(em: EntityManager, row: SubscriptionRow): Promise<void> {
  const dropped = (await waitingEntries(em, row)).filter((entry) => isOfTrial(row, entry));
  if (dropped.length === 0) return;
  for (const entry of dropped) em.remove(entry);
  row.waitingEntries -= dropped.length;
  await em.flush();
}

/** The order came to nothing: what was on it waits again. */
export async function keepWaiting(em: EntityManager, row: SubscriptionRow, orderId: OrderId): Promise<void> {
  const entries = await em.find(BillingEntry, { subscriptionId: row.id, orderId });
  for (const entry of entries) entry.orderId = null;
  row.waitingEntries += entries.length;
}
