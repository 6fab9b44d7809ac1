/** What a product is sold at: in each currency at most one static price, and metered ones beside it. */
import type { CheckoutId, PriceId, ProductId } from '../billing/ids.ts';
import type { CheckoutRow } from './entities/checkout.ts';
import { Price, type PriceRow } from './entities/price.ts';
import type { ProductRow } from './entities/product.ts';
import type { EntityManager } from './orm.ts';

/** Static ones first, as those are what is bought; of a product that is paid by use alone, its first metered price is. */
export async function offeredPrices(
  em: EntityManager,
  product: ProductId,
  checkoutId: CheckoutId | null = null,
): Promise<PriceRow[]> {
  const orderBy = { position: 'asc', createdAt: 'asc' } as const;
  const own = checkoutId === null ? [] : await em.find(Price, { product, checkoutId }, { orderBy });
  const offered =
    own.length > 0 ? own : await em.find(Price, { product, isArchived: false, source: 'catalog' }, { orderBy });
  return staticFirst(offered as PriceRow[]);
}

/** The same of a product whose prices are loaded. */
export function offeredOf(product: ProductRow, checkoutId: CheckoutId): PriceRow[] {
  const all = product.prices.getItems();
  const own = all.filter((price) => price.checkoutId === checkoutId);
  const offered = own.length > 0 ? own : all.filter(({ isArchived, source }) => !isArchived && source === 'catalog');
  return staticFirst(offered.sort((a, b) => a.position - b.position || a.createdAt.getTime() - b.createdAt.getTime()));
}

function staticFirst(prices: PriceRow[]): PriceRow[] {
  const isMetered = ({ amountType }: PriceRow) => Number(amountType === 'metered_unit');
  return prices.sort((a, b) => isMetered(a) - isMetered(b));
}

export const meteredIn = (prices: readonly PriceRow[], currency: string): PriceRow[] =>
  prices.filter((price) => price.amountType === 'metered_unit' && price.currency === currency);

/** As the buyer was shown them, whatever the product's prices are by now. */
export async function meteredOf(em: EntityManager, { meteredPriceIds }: CheckoutRow): Promise<PriceRow[]> {
  if (meteredPriceIds.length === 0) return [];
  return (await em.find(
    Price,
    { id: { $in: meteredPriceIds as PriceId[] } },
    { orderBy: { position: 'asc' } },
  )) as PriceRow[];
}
