/** Prices as merchants ask for them, as the rules want them, and what the rules say of them in the request's words. */
import type { MeterId } from '../../billing/ids.ts';
import { minimumCharge } from '../../billing/minimum-charge.ts';
import { type PriceTerms, refusalOfPrice, type Wrong } from '../../billing/prices.ts';
import type { ProductPriceCreate } from '../../schemas/price.ts';
import type { Invalid } from '../errors.ts';

export function askedTerms(price: ProductPriceCreate): PriceTerms {
  switch (price.amount_type) {
    case 'free':
      return { kind: 'free' };
    case 'fixed':
      return price.price_amount === 0 ? { kind: 'free' } : { kind: 'fixed', amount: price.price_amount };
    case 'custom':
      return {
        kind: 'custom',
        minimum: price.minimum_amount ?? minimumCharge(price.price_currency),
        maximum: price.maximum_amount ?? null,
        preset: price.preset_amount ?? null,
      };
    case 'seat_based':
      return {
        kind: 'seat_based',
        unit: price.unit_label ?? null,
        mode: price.seat_tiers.seat_tier_type,
        tiers: price.seat_tiers.tiers.map(({ min_seats, max_seats, price_per_seat }) => ({
          from: min_seats,
          upTo: max_seats ?? null,
          each: price_per_seat,
        })),
      };
    case 'metered_unit':
      return {
        kind: 'metered_unit',
        meterId: price.meter_id as MeterId,
        unitAmount: price.unit_amount,
        cap: price.cap_amount ?? null,
      };
  }
}

const FIELDS: Readonly<Record<Wrong['field'], readonly string[]>> = {
  amount: ['price_amount'],
  seats: ['seat_tiers'],
  minimum: ['minimum_amount'],
  maximum: ['maximum_amount'],
  preset: ['preset_amount'],
  tiers: ['seat_tiers', 'tiers'],
};

/** Null where the product can have it. */
export function wrongWith(price: ProductPriceCreate, loc: Invalid['loc']): Invalid | null {
  const wrong = refusalOfPrice(askedTerms(price), price.price_currency);
  if (wrong === null) return null;
  return { loc: [...loc, ...FIELDS[wrong.field]], msg: wrong.reason, type: 'value_error' };
}
