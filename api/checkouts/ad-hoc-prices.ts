/** Prices that a checkout has for itself, in the place of its products' own. */
import type { CheckoutId } from '../../billing/ids.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import { readPricesAgain } from '../../db/offered-products.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { CheckoutCreate } from '../../schemas/checkout.ts';
import { invalid } from '../errors.ts';
import { addAdHocPrice, refuseBadMeters, refuseBadPrices } from '../products/write.ts';

/** Held to the same rules as those of products. */
export async function addPrices(
  em: EntityManager,
  products: readonly ProductRow[],
  checkoutId: CheckoutId,
  wishes: NonNullable<CheckoutCreate['prices']>,
  at: Date,
): Promise<void> {
  if (Object.keys(wishes).length === 0) return;
  for (const [productId, prices] of Object.entries(wishes)) {
    const loc = ['body', 'prices', productId];
    const product = products.find(({ id }) => id === productId);
    if (product === undefined) throw invalid(loc, 'This product is not among those of the checkout.');
    refuseBadPrices(prices, loc);
    await refuseBadMeters(em, product.organization.id, Boolean(product.recurringInterval), prices, loc);
    for (const [position, price] of prices.entries()) addAdHocPrice(em, product, checkoutId, price, position, at);
  }
  await em.flush();
  await readPricesAgain(em, products, checkoutId);
}
