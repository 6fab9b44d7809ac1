/** A price as the API shows it, each kind in its own shape. */
import Big from 'big.js';
import { quantityLimits } from '../../billing/tiers.ts';
import { pluralOf } from '../../billing/units.ts';
import type { ProductPrice } from '../../schemas/price.ts';
import type { PriceRow } from '../entities/price.ts';
import { priceTerms } from '../price-terms.ts';
import { identity } from './stamps.ts';

/** A free price is a fixed one of 0 on the wire. */
export function priceView(row: PriceRow): ProductPrice {
  const terms = priceTerms(row);
  switch (terms.kind) {
    case 'free':
    case 'fixed':
      return { ...stored(row), amount_type: 'fixed', price_amount: row.amount };
    case 'custom':
      return {
        ...stored(row),
        amount_type: 'custom',
        minimum_amount: terms.minimum,
        maximum_amount: terms.maximum,
        preset_amount: terms.preset,
      };
    case 'seat_based':
      return {
        ...stored(row),
        amount_type: 'seat_based',
        unit_label: terms.unit,
        unit_label_plural: terms.unit === null ? null : pluralOf(terms.unit),
        seat_tiers: {
          seat_tier_type: terms.mode,
          tiers: terms.tiers.map(({ from, upTo, each }) => ({
            min_seats: from,
            max_seats: upTo,
            price_per_seat: each,
          })),
          minimum_seats: quantityLimits(terms.tiers).least,
          maximum_seats: terms.tiers.at(-1)?.upTo ?? null,
        },
      };
    case 'metered_unit':
      return {
        ...stored(row),
        amount_type: 'metered_unit',
        unit_amount: new Big(terms.unitAmount).toFixed(),
        cap_amount: terms.cap,
        meter_id: terms.meterId,
        meter: meterOfPrice(row),
      };
  }
}

function meterOfPrice({ id, meter }: PriceRow) {
  if (!meter) throw new Error(`The metered price ${id} has no meter.`);
  return {
    id: meter.id,
    name: meter.name,
    unit: meter.unit,
    custom_label: meter.customLabel ?? null,
    custom_multiplier: meter.customMultiplier ?? null,
  };
}

function stored(row: PriceRow) {
  return {
    ...identity(row),
    source: row.source,
    price_currency: row.currency,
    tax_behavior: row.taxBehavior ?? null,
    is_archived: row.isArchived,
    product_id: row.product.id,
  };
}
