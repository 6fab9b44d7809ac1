/** What letters tell of a subscription, read from its rows. */

import { Discount } from '../../db/entities/discount.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { SubscriptionChange } from '../../db/entities/subscription-change.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Terms } from '../../emails/changes.ts';
import type { SubscriptionFacts } from '../../emails/subscription-facts.ts';

export async function factsOf(em: EntityManager, row: SubscriptionRow): Promise<SubscriptionFacts> {
  const { name: productName } = await em.findOneOrFail(Product, row.product.id);
  return {
    productName,
    amount: row.amount,
    currency: row.currency,
    seats: row.seats ?? null,
    interval: row.recurringInterval,
    intervalCount: row.recurringIntervalCount,
    currentPeriodEnd: row.currentPeriodEnd,
    trialEnd: row.trialEnd ?? null,
  };
}

/** A subscription's terms at some moment, to be compared with those after a change. */
export interface Snapshot {
  readonly terms: Terms;
  readonly pendingChangeId: string | null;
}

export async function snapshotOf(em: EntityManager, row: SubscriptionRow): Promise<Snapshot> {
  const discount = row.discount ? await em.findOneOrFail(Discount, row.discount.id) : null;
  return {
    terms: { ...(await factsOf(em, row)), discountName: discount?.name ?? null },
    pendingChangeId: row.pendingChange?.id ?? null,
  };
}

/** What a change that waits for the renewal will make of the terms. */
export async function pendingTerms(em: EntityManager, row: SubscriptionRow, now: Terms): Promise<Terms> {
  if (!row.pendingChange) return now;
  const change = await em.findOneOrFail(SubscriptionChange, row.pendingChange.id);
  const product = await em.findOneOrFail(Product, change.product.id);
  return {
    ...now,
    productName: product.name,
    amount: change.amount,
    seats: change.seats ?? null,
    interval: product.recurringInterval ?? now.interval,
    intervalCount: product.recurringIntervalCount ?? now.intervalCount,
  };
}
