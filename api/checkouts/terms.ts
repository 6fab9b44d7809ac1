/** What a checkout sells, and at which price: chosen from its products by the merchant, then by the buyer. */
import type { OrganizationId, PriceId, ProductId } from '../../billing/ids.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import { invalid } from '../errors.ts';

export interface Terms {
  readonly product: ProductRow;
  readonly price: PriceRow;
}

/** The organization's products with these ids, in this order. Refuses unknown, archived and draft ones. */
export async function sellable(
  em: EntityManager,
  organizationId: OrganizationId,
  ids: readonly string[],
): Promise<ProductRow[]> {
  const found = await em.find(Product, {
    id: { $in: ids as ProductId[] },
    organization: organizationId,
    isArchived: false,
    visibility: { $ne: 'draft' },
  });
  return ids.map((id, index) => {
    const product = found.find((candidate) => candidate.id === id);
    if (product === undefined)
      throw invalid(['body', 'products', index], 'This product does not exist, is archived, or is a draft.');
    return product;
  });
}

/** The price by its id, else the product's price in the wished currency, else in the organization's own. */
export async function termsOf(
  em: EntityManager,
  product: ProductRow,
  wish: {
    readonly priceId?: string | null | undefined;
    readonly currency?: string | null | undefined;
    readonly fallback: string;
  },
): Promise<Terms> {
  const prices = await em.find(Price, { product: product.id, isArchived: false }, { orderBy: { createdAt: 'asc' } });
  if (wish.priceId) {
    const price = prices.find(({ id }) => id === (wish.priceId as PriceId));
    if (price === undefined) throw invalid(['body', 'product_price_id'], 'This is not a price of the product.');
    return { product, price };
  }
  if (wish.currency) {
    const price = prices.find(({ currency }) => currency === wish.currency);
    if (price === undefined) throw invalid(['body', 'currency'], 'The product has no price in this currency.');
    return { product, price };
  }
  const price = prices.find(({ currency }) => currency === wish.fallback) ?? prices[0];
  if (price === undefined) throw invalid(['body', 'products'], 'The product has no price.');
  return { product, price };
}
