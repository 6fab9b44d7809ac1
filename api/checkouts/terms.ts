/** What a checkout sells, how much of it and at which price: chosen by the merchant, then by the buyer. */
import type { FilterQuery } from '@mikro-orm/core';
import type { CheckoutId, OrganizationId, PriceId, ProductId } from '../../billing/ids.ts';
import { amountOf, currencyFor, presetQuantity, refusalOfQuantity, type SeatLimits } from '../../billing/prices.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { PriceRow } from '../../db/entities/price.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import { meteredIn } from '../../db/offered-prices.ts';
import { offeredProducts } from '../../db/offered-products.ts';
import type { EntityManager } from '../../db/orm.ts';
import { priceTerms } from '../../db/price-terms.ts';
import { invalid } from '../errors.ts';

/** The organization's products with these ids, in this order. Refuses unknown, archived and draft ones. */
export async function sellable(
  em: EntityManager,
  organizationId: OrganizationId,
  ids: readonly string[],
): Promise<ProductRow[]> {
  return inOrder(await em.find(Product, onSale(organizationId, ids)), ids);
}

/** The same with all that buyers are shown of them. */
export async function shownForSale(
  em: EntityManager,
  organizationId: OrganizationId,
  ids: readonly string[],
  checkoutId: CheckoutId,
): Promise<ProductRow[]> {
  return inOrder(await offeredProducts(em, onSale(organizationId, ids), checkoutId), ids);
}

const onSale = (organizationId: OrganizationId, ids: readonly string[]): FilterQuery<ProductRow> => ({
  id: { $in: ids as ProductId[] },
  organization: organizationId,
  isArchived: false,
  visibility: { $ne: 'draft' },
});

function inOrder(found: readonly ProductRow[], ids: readonly string[]): ProductRow[] {
  return ids.map((id, index) => {
    const product = found.find((candidate) => candidate.id === id);
    if (product === undefined)
      throw invalid(['body', 'products', index], 'This product does not exist, is archived, or is a draft.');
    return product;
  });
}

/** How a price is to be chosen, the strongest wish first. */
interface PriceWish {
  readonly priceId?: string | null | undefined;
  /** The merchant's: refused where the product has no price in it. */
  readonly currency?: string | null | undefined;
  /** What was shown before: kept where the product has a price in it. */
  readonly present?: string | undefined;
  /** The buyer's, ISO 3166-1. */
  readonly country: string | null;
  /** The organization's own currency. */
  readonly fallback: string;
}

/** Of those that the checkout offers a product at. */
export function priceOf(prices: readonly PriceRow[], wish: PriceWish): PriceRow {
  if (wish.priceId) {
    const named = prices.find(({ id }) => id === (wish.priceId as PriceId));
    if (named === undefined) throw invalid(['body', 'product_price_id'], 'This is not a price of the product.');
    // Usage is billed beside what is bought: of the product's prices in a currency, nobody can take one alone.
    return prices.find(({ currency }) => currency === named.currency) ?? named;
  }
  if (wish.currency) {
    const price = prices.find(({ currency }) => currency === wish.currency);
    if (price === undefined) throw invalid(['body', 'currency'], 'The product has no price in this currency.');
    return price;
  }
  const present = prices.find(({ currency }) => currency === wish.present);
  if (present !== undefined) return present;
  const offered = prices.map(({ currency }) => currency);
  const chosen = currencyFor({ offered, country: wish.country, fallback: wish.fallback });
  const price = prices.find(({ currency }) => currency === chosen);
  if (price === undefined) throw invalid(['body', 'products'], 'The product has no price.');
  return price;
}

/** By which usage is billed besides what is bought at `price`. */
export const meteredPriceIds = (prices: readonly PriceRow[], price: PriceRow): PriceId[] =>
  meteredIn(prices, price.currency).map(({ id }) => id);

/** What is asked for; undefined and null: nothing was said. */
interface Asked {
  readonly amount?: number | null | undefined;
  readonly seats?: number | null | undefined;
}

/** What the checkout then sells: its columns. What a kind of price isn't about is left aside, as the peer does. */
export interface Priced {
  readonly price: PriceRow;
  readonly currency: string;
  readonly amount: number;
  readonly seats: number | null;
}

/** What a checkout begins with, or begins anew with when its price changes. */
export function pricedAnew(price: PriceRow, asked: Asked, limits: SeatLimits): Priced {
  const terms = priceTerms(price);
  const preset = presetQuantity(terms, limits);
  const amount = preset.amount === null ? null : (asked.amount ?? preset.amount);
  const seats = preset.seats === null ? null : (asked.seats ?? preset.seats);
  const wrong = refusalOfQuantity(terms, price.currency, { amount, seats }, limits);
  if (wrong !== null) throw invalid(['body', wrong.field], wrong.reason);
  return { price, currency: price.currency, amount: amountOf(terms, { amount, seats }), seats };
}

/** The same with another price, as far as that goes: seats mean the same in every currency, an amount doesn't. */
export function pricedAgain(present: CheckoutRow, price: PriceRow, asked: Asked): Priced {
  const limits = seatLimitsOf(present);
  if (price.id === present.price.id) {
    return pricedAnew(price, { amount: asked.amount ?? present.amount, seats: asked.seats ?? present.seats }, limits);
  }
  const kept = { amount: null, seats: present.seats ?? null };
  const fits = refusalOfQuantity(priceTerms(price), price.currency, kept, limits) === null;
  return pricedAnew(price, { amount: asked.amount, seats: asked.seats ?? (fits ? kept.seats : null) }, limits);
}

export const seatLimitsOf = ({ minSeats, maxSeats }: Pick<CheckoutRow, 'minSeats' | 'maxSeats'>): SeatLimits => ({
  least: minSeats ?? null,
  most: maxSeats ?? null,
});
