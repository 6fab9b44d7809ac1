/** Locks one row for the rest of a transaction, and nothing that hangs on it. */
import { type EntityName, LockMode, type Primary } from '@mikro-orm/core';
import type { CheckoutId } from '../billing/ids.ts';
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
