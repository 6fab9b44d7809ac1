/** What a checkout bills by use. */
import type { Price } from '../api/catalog.ts';
import type { Checkout } from '../api/checkouts.ts';
import { usagePrices } from '../format/usage.ts';

/** At the prices that hold for this buyer. */
export function usageOf({ product, prices, currency }: Checkout): readonly Price[] {
  return product === null ? [] : usagePrices(prices?.[product.id] ?? product.prices, currency);
}
