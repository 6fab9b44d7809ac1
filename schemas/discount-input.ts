/** What merchants may say of a discount. */
import { z } from 'zod';
import { Currency } from './currency.ts';
import { MetadataInput } from './metadata.ts';
import { count, Id, InstantInput, line, organizationIdInput } from './primitives.ts';

const LARGEST_DISCOUNT = 999_999_999_999;
const MOST_PRODUCTS = 100;

const code = z
  .string()
  .trim()
  .regex(/^([A-Za-z0-9_-]{3,256})?$/, 'Use 3 to 256 letters, digits, hyphens and underscores.')
  .transform((text) => (text === '' ? null : text))
  .nullable()
  .optional()
  .describe('What buyers type, in any case; without one, only the merchant gives the discount.');

const settable = {
  code,
  starts_at: InstantInput.nullable().optional(),
  ends_at: InstantInput.nullable().optional(),
  max_redemptions: count(1).nullable().optional(),
  max_redemptions_per_customer: count(1).nullable().optional(),
  products: z.array(Id).max(MOST_PRODUCTS).nullable().optional().describe('None of them stands for all.'),
};

const months = count(1, 999);
const minorUnits = z.int().min(0).max(LARGEST_DISCOUNT);
const basisPoints = count(1, 10_000);
const amounts = z
  .partialRecord(Currency, minorUnits)
  .refine((given) => Object.keys(given).length > 0, 'Name at least one currency.');
const duration = z.enum(['once', 'forever', 'repeating']);

const created = {
  ...settable,
  name: line(256),
  duration,
  duration_in_months: months.nullable().optional(),
  metadata: MetadataInput.default({}),
  organization_id: organizationIdInput,
};

function hasMonths({ duration, duration_in_months: of }: { duration: string; duration_in_months?: number | null }) {
  return duration !== 'repeating' || typeof of === 'number';
}
const MONTHS = { path: ['duration_in_months'], message: 'For how many months does it repeat?' };

export const DiscountPercentageCreate = z
  .object({ ...created, type: z.literal('percentage').optional(), basis_points: basisPoints })
  .refine(hasMonths, MONTHS)
  .meta({ id: 'DiscountPercentageCreate' });

export const DiscountFixedCreate = z
  .object({
    ...created,
    type: z.literal('fixed').optional(),
    amount: minorUnits.nullable().optional().describe('In minor units of `currency`; or name `amounts`.'),
    currency: Currency.nullable().optional().describe('Default: the organization’s.'),
    amounts: amounts.nullable().optional().describe('By currency.'),
  })
  .refine(hasMonths, MONTHS)
  .refine(({ amount, amounts }) => typeof amount === 'number' || Boolean(amounts), {
    path: ['amount'],
    message: 'Name an amount, or amounts by currency.',
  })
  .meta({ id: 'DiscountFixedCreate' });

export const DiscountCreate = z.union([DiscountPercentageCreate, DiscountFixedCreate]).meta({ id: 'DiscountCreate' });
export type DiscountCreate = z.infer<typeof DiscountCreate>;

export const DiscountUpdate = z
  .object({
    ...settable,
    name: line(256).nullable().optional(),
    type: z.enum(['fixed', 'percentage']).nullable().optional().describe('May be repeated but never changed.'),
    duration: duration.nullable().optional(),
    duration_in_months: months.nullable().optional(),
    basis_points: basisPoints.nullable().optional(),
    amount: minorUnits.nullable().optional(),
    currency: Currency.nullable().optional(),
    amounts: amounts.nullable().optional(),
    metadata: MetadataInput.optional(),
  })
  .meta({ id: 'DiscountUpdate', description: 'What it takes off stays once somebody has redeemed it.' });
export type DiscountUpdate = z.infer<typeof DiscountUpdate>;
