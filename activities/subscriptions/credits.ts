/** A subscription's new period credits the units that come with it anew: once, however the period has begun. */
import { LockMode } from '@mikro-orm/core';
import { creditAnew } from '../../benefits/meter-credits.ts';
import type { MeterId, ProductId } from '../../billing/ids.ts';
import { BenefitGrant, type BenefitGrantRow } from '../../db/entities/benefit-grant.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { SubscriptionChange } from '../../db/entities/subscription-change.ts';
import type { EntityManager } from '../../db/orm.ts';
import { addMeters, lockMetersWith, metersOfProduct } from './metering.ts';

/**
 * Locked before the meters are, as whoever carries out a grant does; and with them all meters that a new period of this
 * product comes to: those of the subscription, of the grants and of the product. Null: the one that it will be for.
 */
export async function creditingGrants(
  em: EntityManager,
  row: SubscriptionRow,
  product: ProductId | null = null,
): Promise<BenefitGrantRow[]> {
  const grants = await lockedGrants(em, row);
  const next = product ?? (await pendingProduct(em, row));
  const more = grants.map(({ benefit }) => benefit.properties.meter_id as MeterId);
  const ofProduct = next === null ? [] : await metersOfProduct(em, row, next);
  await lockMetersWith(em, row, [...more, ...ofProduct], row.modifiedAt ?? row.createdAt);
  return grants;
}

async function lockedGrants(em: EntityManager, row: SubscriptionRow): Promise<BenefitGrantRow[]> {
  const found = await em.find(
    BenefitGrant,
    { subscription: row.id, wanted: 'granted', benefit: { type: 'meter_credit', deletedAt: null } },
    { fields: ['id'], orderBy: { id: 'asc' }, disableIdentityMap: true },
  );
  if (found.length === 0) return [];
  const ids = { id: { $in: found.map(({ id }) => id) }, wanted: 'granted' as const };
  const locked = await em.find(BenefitGrant, ids, { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } });
  await em.populate(locked, ['benefit']);
  return locked as BenefitGrantRow[];
}

async function pendingProduct(em: EntityManager, { pendingChange }: SubscriptionRow): Promise<ProductId | null> {
  return pendingChange ? (await em.findOneOrFail(SubscriptionChange, pendingChange.id)).product.id : null;
}

/** Of those that are still wanted, as a change that came with the period may have revoked some. */
export async function cycleCredits(
  em: EntityManager,
  row: SubscriptionRow,
  grants: readonly BenefitGrantRow[],
  closed: ReadonlySet<MeterId>,
  at: Date,
): Promise<void> {
  const held = grants.filter(({ wanted, grantedAt, revokedAt }) => wanted === 'granted' && grantedAt && !revokedAt);
  if (held.length === 0) return;
  const customer = (await em.findOneOrFail(Customer, row.customer.id)) as CustomerRow;
  // Also of a benefit that the product got after it was subscribed to: it counts by these periods from now on. First, as
  // what was used of it before is taken off what was credited before.
  const meters = held.map(({ benefit }) => [benefit.properties.meter_id as MeterId, null] as const);
  const begun = await addMeters(em, row, new Map(meters), at);
  for (const grant of held) {
    grant.properties = { ...(await creditAnew(em, { grant, customer, at }, new Set([...closed, ...begun]))) };
    grant.modifiedAt = at;
  }
}
