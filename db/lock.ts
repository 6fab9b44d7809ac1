/**
 * Locks rows for the rest of a transaction, and nothing that hangs on them. Who locks several does so in this order:
 *
 *   checkout, subscription or order · grants, by their ids · customer · their members, seats · accounts of the customer's
 *   usage, by subject and meter · balances, books, outbox · numbers of invoices
 *
 * - A purchase locks the customer alone; the subscription and the grants that it makes are nobody else's yet.
 * - A subscription's step begins with `lock_subscription`: the row, all of its grants and the customer.
 * - Whoever changes what a customer's meters stand at calls `lockMeters` (db/credits.ts), which locks the customer and all
 *   of their accounts at once; with all meters that it will come to, as an account that is made later may be in the hands
 *   of somebody who waits for the others. Whose events a meter counts has them locked by `lock_accounts_of`. Without the
 *   customer's lock, accounts are only added to: by those who take events in, in the order of subject and meter over all
 *   customers, who hold nothing that others here wait for.
 * - Two who come the other way round all the same, of whom the database then ends one, are tried again: `retried` in the
 *   API, the activity's own tries, the event writer's. So are those who make a customer's first account with a meter while
 *   they hold others of it, as whoever tells of something that a meter has not counted before.
 */
import { type EntityName, type FilterQuery, LockMode, type Primary } from '@mikro-orm/core';
import type { CheckoutId, SubscriptionId } from '../billing/ids.ts';
import { BenefitGrant, type BenefitGrantRow } from './entities/benefit-grant.ts';
import { Checkout, type CheckoutRow } from './entities/checkout.ts';
import type { EntityManager } from './orm.ts';

/**
 * The checkout with its product, price, organization and discount, which stay free for others: populated in the same query they
 * would be locked as well, and purchases of one product would wait for, and block, each other.
 */
export async function lockCheckout(em: EntityManager, id: CheckoutId): Promise<CheckoutRow> {
  const checkout = await em.findOneOrFail(Checkout, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
  await em.populate([checkout], ['product', 'price', 'organization', 'discount.products']);
  return checkout as CheckoutRow;
}

/** With all that hangs on it and is locked before the customer, and the customer: for a step of its process. */
export async function lockSubscription(em: EntityManager, id: SubscriptionId): Promise<void> {
  await em.execute('select lock_subscription(?::uuid)', [id]);
}

/** All that are found now, whatever is wanted of them: before the customer is. */
export async function lockGrants(em: EntityManager, where: FilterQuery<BenefitGrantRow>): Promise<void> {
  const found = await em.find(BenefitGrant, where, { fields: ['id'], disableIdentityMap: true });
  if (found.length === 0) return;
  await em.execute('select from benefit_grants where id = any(?::uuid[]) order by id for update', [
    `{${found.map(({ id }) => id).join(',')}}`,
  ]);
}

/**
 * Waits until nobody else is changing the row, and keeps others from it; what is read afterwards is what stands. Rows that refer to it may still be
 * written meanwhile, so that nobody who buys a product waits for somebody who edits it.
 */
export async function lockRow<Entity extends object>(
  em: EntityManager,
  entity: EntityName<Entity>,
  id: Primary<Entity>,
): Promise<void> {
  const { tableName } = em.getMetadata().get(entity);
  await em.execute(`select 1 from ${em.getPlatform().quoteIdentifier(tableName)} where id = ? for no key update`, [id]);
}
