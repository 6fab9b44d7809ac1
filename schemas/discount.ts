/** What merchants take off: a share or an amount, once, for some months, or for good. */
import { z } from 'zod';
import { Metadata } from './metadata.ts';
import { Id, Instant, identified } from './primitives.ts';
import { productFields } from './product.ts';

export { DiscountCreate, DiscountUpdate } from './discount-input.ts';

export const DiscountDuration = z.enum(['once', 'forever', 'repeating']).meta({ id: 'DiscountDuration' });
export type DiscountDuration = z.infer<typeof DiscountDuration>;

const VALUES = {
  Fixed: {
    type: z.literal('fixed'),
    amount: z.int().describe('In minor units of `currency`.'),
    currency: z.string(),
    amounts: z.record(z.string(), z.int()).describe('By currency; orders in others get nothing off.'),
  },
  Percentage: { type: z.literal('percentage'), basis_points: z.int().describe('Of 10,000, which is all.') },
} as const;

const DURATIONS = {
  OnceForever: { duration: z.enum(['once', 'forever']) },
  Repeat: { duration: z.literal('repeating'), duration_in_months: z.int() },
} as const;

/** A discount with some fields has four forms: its value is one of two, and so is its duration. */
function formsOf<const Fields extends z.ZodRawShape>(prefix: string, fields: Fields, suffix = '') {
  return z.union([
    z
      .object({ ...VALUES.Fixed, ...DURATIONS.OnceForever, ...fields })
      .meta({ id: `${prefix}FixedOnceForeverDuration${suffix}` }),
    z.object({ ...VALUES.Fixed, ...DURATIONS.Repeat, ...fields }).meta({ id: `${prefix}FixedRepeatDuration${suffix}` }),
    z
      .object({ ...VALUES.Percentage, ...DURATIONS.OnceForever, ...fields })
      .meta({ id: `${prefix}PercentageOnceForeverDuration${suffix}` }),
    z
      .object({ ...VALUES.Percentage, ...DURATIONS.Repeat, ...fields })
      .meta({ id: `${prefix}PercentageRepeatDuration${suffix}` }),
  ]);
}

const said = {
  ...identified,
  metadata: Metadata,
  name: z.string(),
  code: z.string().nullable().describe('What buyers type, in any case.'),
  starts_at: Instant.nullable(),
  ends_at: Instant.nullable(),
  max_redemptions: z.int().nullable(),
  max_redemptions_per_customer: z.int().nullable(),
  redemptions_count: z.int(),
  organization_id: Id,
};

export const DiscountProduct = z.object({ ...productFields, metadata: Metadata }).meta({ id: 'DiscountProduct' });
export type DiscountProduct = z.infer<typeof DiscountProduct>;

export const Discount = formsOf('Discount', {
  ...said,
  products: z.array(DiscountProduct).describe('It is for these; for all, if there are none.'),
}).meta({ id: 'Discount' });
export type Discount = z.infer<typeof Discount>;

/** As orders and subscriptions show it. */
export const AppliedDiscount = formsOf('Discount', said, 'Base');
export type AppliedDiscount = z.infer<typeof AppliedDiscount>;

/** As buyers see it. */
export const CheckoutDiscount = formsOf('CheckoutDiscount', {
  id: Id,
  name: z.string(),
  code: z.string().nullable(),
});
export type CheckoutDiscount = z.infer<typeof CheckoutDiscount>;
