/** What a product is sold at: in each currency at most one static price, and metered ones beside it. */
import type { CheckoutId, PriceId, ProductId } from '../billing/ids.ts';
import type { CheckoutRow } from './entities/checkout.ts';
import { Price, type PriceRow } from './entities/price.ts';
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
  const isMetered = ({ amountType }: PriceRow) => Number(amountType === 'metered_unit');
  return (offered as PriceRow[]).sort((a, b) => isMetered(a) - isMetered(b));
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
