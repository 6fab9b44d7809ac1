/** Standing purchases. */
import { z } from 'zod';
import { EmbeddedCustomer } from './customer.ts';
import { AppliedDiscount } from './discount.ts';
import { oneOfForms } from './forms.ts';
import { ProrationBehavior, RecurringInterval } from './intervals.ts';
import { Metadata, MetadataInput } from './metadata.ts';
import { SubscriptionMeter } from './meter-usage.ts';
import { ProductPrice } from './price.ts';
import { CustomFieldData, count, Id, Instant, InstantInput, identified } from './primitives.ts';
import { Product } from './product.ts';

export const SubscriptionStatus = z
  .enum(['incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused'])
  .meta({ id: 'SubscriptionStatus' });
export type SubscriptionStatus = z.infer<typeof SubscriptionStatus>;

export const CustomerCancellationReason = z
  .enum([
    'customer_service',
    'low_quality',
    'missing_features',
    'switched_service',
    'too_complex',
    'too_expensive',
    'unused',
    'other',
  ])
  .meta({ id: 'CustomerCancellationReason' });
export type CustomerCancellationReason = z.infer<typeof CustomerCancellationReason>;

/** What a subscription says of itself wherever it is shown. */
export const subscriptionFields = {
  ...identified,
  amount: z.int().describe('For one period, in minor units.'),
  currency: z.string(),
  recurring_interval: RecurringInterval,
  recurring_interval_count: z.int(),
  status: SubscriptionStatus,
  current_period_start: Instant,
  current_period_end: Instant.describe('When it is charged next.'),
  current_meter_period_start: Instant.nullable(),
  current_meter_period_end: Instant.nullable(),
  trial_start: Instant.nullable(),
  trial_end: Instant.nullable(),
  cancel_at_period_end: z.boolean(),
  canceled_at: Instant.nullable(),
  started_at: Instant.nullable(),
  ends_at: Instant.nullable(),
  ended_at: Instant.nullable(),
  past_due_at: Instant.nullable().optional(),
  pause_at_period_end: z.boolean(),
  paused_at: Instant.nullable(),
  resumes_at: Instant.nullable(),
  customer_id: Id,
  product_id: Id,
  discount_id: Id.nullable(),
  checkout_id: Id.nullable(),
  seats: z.int().nullable().optional(),
  customer_cancellation_reason: CustomerCancellationReason.nullable(),
  customer_cancellation_comment: z.string().nullable(),
};

export const PendingSubscriptionUpdate = z
  .object({ ...identified, applies_at: Instant, product_id: Id.nullable(), seats: z.int().nullable() })
  .meta({ id: 'PendingSubscriptionUpdate', description: 'A change that the next renewal brings.' });
export type PendingSubscriptionUpdate = z.infer<typeof PendingSubscriptionUpdate>;

export const Subscription = z
  .object({
    ...subscriptionFields,
    metadata: Metadata,
    custom_field_data: CustomFieldData.optional(),
    customer: EmbeddedCustomer,
    product: Product,
    discount: AppliedDiscount.nullable(),
    prices: z.array(ProductPrice),
    meters: z.array(SubscriptionMeter),
    pending_update: PendingSubscriptionUpdate.nullable(),
  })
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof Subscription>;

const created = { product_id: Id, metadata: MetadataInput.default({}) };

export const SubscriptionCreate = z
  .union([
    z.object({ ...created, customer_id: Id }),
    z.object({ ...created, external_customer_id: z.string().min(1).max(256) }),
  ])
  .meta({ id: 'SubscriptionCreate' });
export type SubscriptionCreate = z.infer<typeof SubscriptionCreate>;

const reason = {
  customer_cancellation_reason: CustomerCancellationReason.nullable().optional(),
  customer_cancellation_comment: z.string().max(10_000).nullable().optional(),
};

export const SubscriptionCancel = z
  .object({ ...reason, cancel_at_period_end: z.boolean() })
  .meta({ id: 'SubscriptionCancel', description: 'To end with the period, or not to after all.' });
export type SubscriptionCancel = z.infer<typeof SubscriptionCancel>;

export const SubscriptionRevoke = z
  .object({ ...reason, revoke: z.literal(true) })
  .meta({ id: 'SubscriptionRevoke', description: 'To end at once.' });
export type SubscriptionRevoke = z.infer<typeof SubscriptionRevoke>;

export const SubscriptionPause = z
  .object({ pause_at_period_end: z.boolean(), resumes_at: InstantInput.nullable().optional() })
  .meta({ id: 'SubscriptionPause' });
export type SubscriptionPause = z.infer<typeof SubscriptionPause>;

export const SubscriptionResume = z.object({ resume: z.literal(true) }).meta({ id: 'SubscriptionResume' });
export type SubscriptionResume = z.infer<typeof SubscriptionResume>;

export const SubscriptionUpdateSeats = z
  .object({ seats: count(1), proration_behavior: ProrationBehavior.nullable().optional() })
  .meta({ id: 'SubscriptionUpdateSeats' });
export type SubscriptionUpdateSeats = z.infer<typeof SubscriptionUpdateSeats>;

export const SubscriptionUpdateBillingPeriod = z
  .object({ current_billing_period_end: InstantInput })
  .meta({ id: 'SubscriptionUpdateBillingPeriod' });
export type SubscriptionUpdateBillingPeriod = z.infer<typeof SubscriptionUpdateBillingPeriod>;

export const SubscriptionUpdateClear = z
  .object({ pending_update: z.null() })
  .meta({ id: 'SubscriptionUpdateClear', description: 'To drop the pending change.' });
export type SubscriptionUpdateClear = z.infer<typeof SubscriptionUpdateClear>;

export const SubscriptionUpdateBase = z
  .object({
    metadata: MetadataInput.optional(),
    product_id: Id.nullable().optional(),
    proration_behavior: ProrationBehavior.nullable().optional(),
    discount_id: Id.nullable().optional(),
    trial_end: z
      .union([z.literal('now'), InstantInput])
      .nullable()
      .optional(),
  })
  .refine((update) => Object.keys(update).length > 0, 'Nothing to change')
  .meta({ id: 'SubscriptionUpdateBase' });
export type SubscriptionUpdateBase = z.infer<typeof SubscriptionUpdateBase>;

export const SubscriptionUpdate = oneOfForms(
  {
    cancel_at_period_end: SubscriptionCancel,
    revoke: SubscriptionRevoke,
    pause_at_period_end: SubscriptionPause,
    resume: SubscriptionResume,
    seats: SubscriptionUpdateSeats,
    current_billing_period_end: SubscriptionUpdateBillingPeriod,
    pending_update: SubscriptionUpdateClear,
  },
  SubscriptionUpdateBase,
).meta({ id: 'SubscriptionUpdate' });
export type SubscriptionUpdate = z.infer<typeof SubscriptionUpdate>;
