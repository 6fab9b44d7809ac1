/** Products with all that a buyer is shown of them: in three statements, however many they are. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CheckoutId } from '../billing/ids.ts';
import { Product, type ProductRow } from './entities/product.ts';
import type { EntityManager } from './orm.ts';

/** With their organization. Of prices that checkouts have for themselves, those of this one. */
export async function offeredProducts(
  em: EntityManager,
  where: FilterQuery<ProductRow>,
  checkoutId: CheckoutId,
): Promise<ProductRow[]> {
  const populate = ['organization', 'attachedFields.customField'] as const;
  const products = await em.find(Product, where, { populate, strategy: 'joined' });
  // Read again where they are known: it may have been for another checkout.
  const strategy = 'select-in';
  await em.populate(products, ['prices', 'benefits'], { refresh: true, strategy, where: pricesFor(checkoutId) });
  return products as ProductRow[];
}

/** Once the checkout has been given prices of its own. */
export async function readPricesAgain(
  em: EntityManager,
  products: readonly ProductRow[],
  checkoutId: CheckoutId,
): Promise<void> {
  await em.populate([...products], ['prices'], { refresh: true, strategy: 'select-in', where: pricesFor(checkoutId) });
}

const pricesFor = (checkoutId: CheckoutId): FilterQuery<ProductRow> => ({
  prices: { $or: [{ checkoutId: null }, { checkoutId }] },
});
