import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { CheckoutId, PriceId } from '../../billing/ids.ts';
import type { TieredPrice } from '../../billing/tiers.ts';
import { amount, currency, timestamps } from './columns.ts';
import { Meter } from './meter.ts';
import { Product } from './product.ts';

/** One price of a product in one currency. A changed price is a new row; the old one is archived for its subscribers. */
export const Price = defineEntity({
  name: 'Price',
  tableName: 'prices',
  properties: {
    id: p.uuid().$type<PriceId>().primary(),
    ...timestamps(),
    product: () => p.manyToOne(Product),
    /** Its place among the product's. */
    position: p.integer().default(0),
    source: p.enum(['catalog', 'ad_hoc']).default('catalog'),
    amountType: p.enum(['fixed', 'free', 'custom', 'seat_based', 'metered_unit']),
    currency: currency(),
    /** For one period, or for the one-time purchase, of the least that can be bought: all of it where that is fixed. */
    amount: amount(),
    /** Of a custom price; no maximum: as much as can be charged, no preset: the minimum. */
    minimumAmount: amount().nullable(),
    maximumAmount: amount().nullable(),
    presetAmount: amount().nullable(),
    /** Of a seat-based price. */
    seatTiers: p.json<TieredPrice>().nullable(),
    /** What is bought by number where that is not seats: "project". Nothing is assigned to people then. */
    unitLabel: p.text().nullable(),
    /** Of a metered price: minor units for one unit, up to 12 decimals; what a period costs at most; what is counted. */
    unitAmount: p.decimal('string').nullable(),
    capAmount: amount().nullable(),
    meter: () => p.manyToOne(Meter).nullable().eager(),
    /** Of an ad hoc price: the one checkout that it was made for. */
    checkoutId: p.uuid().$type<CheckoutId>().nullable(),
    taxBehavior: p.enum(['location', 'inclusive', 'exclusive']).nullable(),
    isArchived: p.boolean().default(false),
  },
  indexes: [{ properties: ['product'] }],
});
export type PriceRow = InferEntity<typeof Price>;
