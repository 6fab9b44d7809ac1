/** What is sold. */
import { z } from 'zod';
import { Benefit, BenefitPublic } from './benefit.ts';
import { AttachedCustomField, AttachedCustomFieldsInput } from './custom-field.ts';
import { hasWholeTrial, RecurringInterval, trial, trialInput, WHOLE_TRIAL } from './intervals.ts';
import { Metadata, MetadataInput } from './metadata.ts';
import { ProductPrice, ProductPriceCreate } from './price.ts';
import { emptyList, Id, identified, line, optionalProse, organizationIdInput, unsupportedList } from './primitives.ts';

export const ProductVisibility = z.enum(['draft', 'private', 'public']).meta({ id: 'ProductVisibility' });
export type ProductVisibility = z.infer<typeof ProductVisibility>;

/** What a product says of itself wherever it is shown. */
export const productFields = {
  ...identified,
  ...trial,
  name: z.string(),
  description: z.string().nullable(),
  visibility: ProductVisibility,
  recurring_interval: RecurringInterval.nullable(),
  recurring_interval_count: z.int().nullable(),
  meter_interval: RecurringInterval.nullable(),
  meter_interval_count: z.int().nullable(),
  is_recurring: z.boolean(),
  is_archived: z.boolean(),
  organization_id: Id,
};

/** With its prices and benefits, as buyers see it. */
export const publicProductFields = {
  ...productFields,
  prices: z.array(ProductPrice),
  benefits: z.array(BenefitPublic),
  medias: emptyList,
};

export const Product = z
  .object({
    ...productFields,
    metadata: Metadata,
    prices: z.array(ProductPrice),
    benefits: z.array(Benefit),
    medias: emptyList,
    attached_custom_fields: z.array(AttachedCustomField),
  })
  .meta({ id: 'Product', description: 'What is sold: once, or every so many days, weeks, months or years.' });
export type Product = z.infer<typeof Product>;

const MOST_PRICES = 100;

const settable = {
  description: optionalProse,
  medias: unsupportedList,
};

const created = {
  ...settable,
  attached_custom_fields: AttachedCustomFieldsInput.default([]),
  name: line(64, 3),
  visibility: ProductVisibility.default('public'),
  prices: z.array(ProductPriceCreate).min(1).max(MOST_PRICES),
  metadata: MetadataInput.default({}),
  organization_id: organizationIdInput,
};

const counts = z.int().min(1).max(999);

export const ProductCreateRecurring = z
  .object({
    ...created,
    ...trialInput,
    recurring_interval: RecurringInterval,
    recurring_interval_count: counts.default(1),
    meter_interval: RecurringInterval.nullable()
      .default(null)
      .describe(
        'How often usage is billed and units are credited anew, where that is more often than the billing interval, of ' +
          'which it has to be an even part. It stays, as the billing interval does.',
      ),
    meter_interval_count: counts.nullable().default(null).describe('1, if left out; nothing without `meter_interval`.'),
  })
  .refine(hasWholeTrial, WHOLE_TRIAL)
  .meta({ id: 'ProductCreateRecurring' });
export type ProductCreateRecurring = z.infer<typeof ProductCreateRecurring>;

export const ProductCreateOneTime = z
  .object({
    ...created,
    recurring_interval: z.null().optional(),
    recurring_interval_count: z.null().optional(),
    meter_interval: z.null('What is sold once has no meter cycle').optional(),
    meter_interval_count: z.null('What is sold once has no meter cycle').optional(),
    trial_interval: z.null('What is sold once has no trial').optional(),
    trial_interval_count: z.null('What is sold once has no trial').optional(),
  })
  .meta({ id: 'ProductCreateOneTime' });
export type ProductCreateOneTime = z.infer<typeof ProductCreateOneTime>;

export const ProductCreate = z.union([ProductCreateRecurring, ProductCreateOneTime]).meta({ id: 'ProductCreate' });
export type ProductCreate = z.infer<typeof ProductCreate>;

/** A price to keep, by its id. */
export const ExistingProductPrice = z.object({ id: Id }).meta({ id: 'ExistingProductPrice' });
export type ExistingProductPrice = z.infer<typeof ExistingProductPrice>;

/** Kept where it is named by its id, else new: told apart by that, so that mistakes are reported of what was meant. */
const PriceWish = z.preprocess(
  (given, ctx) => {
    if (typeof given !== 'object' || given === null) return given;
    const parsed = ('id' in given ? ExistingProductPrice : ProductPriceCreate).safeParse(given, { reportInput: true });
    if (parsed.success) return given;
    for (const issue of parsed.error.issues) ctx.issues.push({ input: undefined, ...issue });
    return z.NEVER;
  },
  z.union([ExistingProductPrice, ProductPriceCreate]),
);

/** The intervals may be repeated but never changed. */
export const ProductUpdate = z
  .object({
    ...settable,
    ...trialInput,
    name: line(64, 3).nullable().optional(),
    recurring_interval: RecurringInterval.nullable().optional(),
    recurring_interval_count: counts.nullable().optional(),
    meter_interval: RecurringInterval.nullable().optional(),
    meter_interval_count: counts.nullable().optional(),
    is_archived: z.boolean().nullable().optional(),
    visibility: ProductVisibility.nullable().optional(),
    prices: z
      .array(PriceWish)
      .min(1)
      .max(MOST_PRICES)
      .nullable()
      .optional()
      .describe('All of its prices from now on: those to keep by id, new ones in full. The others are archived.'),
    attached_custom_fields: AttachedCustomFieldsInput.nullable().optional(),
    metadata: MetadataInput.optional(),
  })
  .meta({ id: 'ProductUpdate' });
export type ProductUpdate = z.infer<typeof ProductUpdate>;

export const ProductBenefitsUpdate = z
  .object({ benefits: z.array(Id).max(100).describe('All of its benefits from now on, in order.') })
  .meta({ id: 'ProductBenefitsUpdate' });
export type ProductBenefitsUpdate = z.infer<typeof ProductBenefitsUpdate>;
