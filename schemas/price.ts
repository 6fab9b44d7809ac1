/** Prices of products. A free price is a fixed one of 0. */
import { z } from 'zod';
import { Currency } from './currency.ts';
import { TaxBehaviorOption } from './intervals.ts';
import { count, Id, identified, line, minorUnits } from './primitives.ts';

const stored = {
  ...identified,
  source: z.enum(['catalog', 'ad_hoc']),
  price_currency: z.string(),
  tax_behavior: TaxBehaviorOption.nullable(),
  is_archived: z.boolean(),
  product_id: Id,
};

export const ProductPriceFixed = z
  .object({ ...stored, amount_type: z.literal('fixed'), price_amount: z.int() })
  .meta({ id: 'ProductPriceFixed', description: 'The same for everybody; in minor units.' });
export type ProductPriceFixed = z.infer<typeof ProductPriceFixed>;

export const ProductPriceCustom = z
  .object({
    ...stored,
    amount_type: z.literal('custom'),
    minimum_amount: z.int(),
    maximum_amount: z.int().nullable(),
    preset_amount: z.int().nullable(),
  })
  .meta({ id: 'ProductPriceCustom', description: 'The buyer says how much.' });
export type ProductPriceCustom = z.infer<typeof ProductPriceCustom>;

export const ProductPriceSeatBased = z
  .object({
    ...stored,
    amount_type: z.literal('seat_based'),
    unit_label: z.string().nullable().describe('What is counted, where that is not seats for people.'),
    unit_label_plural: z.string().nullable(),
    seat_tiers: z.object({
      seat_tier_type: z.enum(['volume', 'graduated']).optional(),
      tiers: z.array(
        z.object({ min_seats: z.int(), max_seats: z.int().nullable().optional(), price_per_seat: z.int() }),
      ),
      minimum_seats: z.int(),
      maximum_seats: z.int().nullable(),
    }),
  })
  .meta({ id: 'ProductPriceSeatBased', description: 'By the number of seats.' });
export type ProductPriceSeatBased = z.infer<typeof ProductPriceSeatBased>;

export const ProductPriceMeteredUnit = z
  .object({
    ...stored,
    amount_type: z.literal('metered_unit'),
    unit_amount: z.string().describe('Decimal, in minor units.'),
    cap_amount: z.int().nullable(),
    meter_id: Id,
    meter: z.object({
      id: Id,
      name: z.string(),
      unit: z.enum(['scalar', 'token', 'custom']),
      custom_label: z.string().nullable(),
      custom_multiplier: z.int().nullable(),
    }),
  })
  .meta({ id: 'ProductPriceMeteredUnit', description: 'By what was used.' });
export type ProductPriceMeteredUnit = z.infer<typeof ProductPriceMeteredUnit>;

export const ProductPrice = z
  .discriminatedUnion('amount_type', [
    ProductPriceFixed,
    ProductPriceCustom,
    ProductPriceSeatBased,
    ProductPriceMeteredUnit,
  ])
  .meta({ id: 'ProductPrice' });
export type ProductPrice = z.infer<typeof ProductPrice>;

const asked = {
  price_currency: Currency.default('usd'),
  tax_behavior: TaxBehaviorOption.nullable().optional(),
};

export const ProductPriceFixedCreate = z
  .object({ ...asked, amount_type: z.literal('fixed'), price_amount: minorUnits })
  .meta({ id: 'ProductPriceFixedCreate' });
export type ProductPriceFixedCreate = z.infer<typeof ProductPriceFixedCreate>;

export const ProductPriceFreeCreate = z
  .object({ ...asked, amount_type: z.literal('free') })
  .meta({ id: 'ProductPriceFreeCreate', description: 'The same as a fixed price of 0.' });
export type ProductPriceFreeCreate = z.infer<typeof ProductPriceFreeCreate>;

export const ProductPriceCustomCreate = z
  .object({
    ...asked,
    amount_type: z.literal('custom'),
    minimum_amount: minorUnits
      .optional()
      .describe('0 lets the buyer have it for nothing. Default: what can be charged at least.'),
    maximum_amount: minorUnits.min(1).nullable().optional(),
    preset_amount: minorUnits.nullable().optional().describe('What the form begins with. Default: the minimum.'),
  })
  .meta({ id: 'ProductPriceCustomCreate', description: 'The buyer says how much.' });
export type ProductPriceCustomCreate = z.infer<typeof ProductPriceCustomCreate>;

const MOST_TIERS = 100;

export const ProductPriceSeatBasedCreate = z
  .object({
    ...asked,
    amount_type: z.literal('seat_based'),
    unit_label: line(32)
      .nullable()
      .optional()
      .describe('What is sold by number in the place of seats, in the singular: “project”. Nobody is assigned to it.'),
    seat_tiers: z.object({
      seat_tier_type: z
        .enum(['volume', 'graduated'])
        .default('volume')
        .describe('All seats at the rate of the tier reached, or each tier’s seats at its own.'),
      tiers: z
        .array(z.object({ min_seats: count(1), max_seats: count(1).nullable().optional(), price_per_seat: minorUnits }))
        .min(1)
        .max(MOST_TIERS)
        .describe('Without gaps, in order; only the last may be without end.'),
    }),
  })
  .meta({ id: 'ProductPriceSeatBasedCreate', description: 'By the number of seats.' });
export type ProductPriceSeatBasedCreate = z.infer<typeof ProductPriceSeatBasedCreate>;

/** Above 0, at most 5 digits before the point and 12 behind it. */
const UNIT_AMOUNT = /^0*\d{1,5}(\.\d{1,12}0*)?$/;

const unitAmount = z
  .union([z.number(), z.string()])
  .transform((amount) => (typeof amount === 'number' ? decimal(amount) : amount.trim()))
  .refine((text) => UNIT_AMOUNT.test(text), 'A decimal with at most 5 digits before the point and 12 behind it')
  .refine((text) => Number(text) > 0, 'Must be above 0');

/** Without the exponent that small numbers are written with. */
const decimal = (amount: number): string =>
  /e/.test(String(amount)) ? amount.toFixed(12).replace(/0+$/, '') : String(amount);

export const ProductPriceMeteredUnitCreate = z
  .object({
    ...asked,
    amount_type: z.literal('metered_unit'),
    meter_id: Id,
    unit_amount: unitAmount.describe('For one unit, in minor units, with up to 12 decimals: 0.02 is $0.20 per 1,000.'),
    cap_amount: count(0).nullable().optional().describe('The most that a period costs.'),
  })
  .meta({ id: 'ProductPriceMeteredUnitCreate', description: 'By what was used, billed when the period is over.' });
export type ProductPriceMeteredUnitCreate = z.infer<typeof ProductPriceMeteredUnitCreate>;

export const ProductPriceCreate = z
  .discriminatedUnion('amount_type', [
    ProductPriceFixedCreate,
    ProductPriceFreeCreate,
    ProductPriceCustomCreate,
    ProductPriceSeatBasedCreate,
    ProductPriceMeteredUnitCreate,
  ])
  .meta({ id: 'ProductPriceCreate' });
export type ProductPriceCreate = z.infer<typeof ProductPriceCreate>;
