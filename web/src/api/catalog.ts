/** What is for sale, as the checkout, the shop and the portal receive it. Amounts in minor units of their currency. */
import * as z from 'zod/mini';

export const Interval = z.enum(['day', 'week', 'month', 'year']);
export type Interval = z.infer<typeof Interval>;

const SeatTiers = z.object({
  seat_tier_type: z.optional(z.enum(['volume', 'graduated'])),
  tiers: z.array(z.object({ min_seats: z.number(), max_seats: z.nullish(z.number()), price_per_seat: z.number() })),
  minimum_seats: z.number(),
  maximum_seats: z.nullable(z.number()),
});
export type SeatTiers = z.infer<typeof SeatTiers>;

/** Prices of every kind; what a kind doesn't have is absent. */
export const Price = z.object({
  id: z.string(),
  amount_type: z.string(),
  price_currency: z.string(),
  price_amount: z.optional(z.number()),
  minimum_amount: z.optional(z.number()),
  maximum_amount: z.nullish(z.number()),
  preset_amount: z.nullish(z.number()),
  seat_tiers: z.optional(SeatTiers),
  /** What is counted where that is not seats. */
  unit_label: z.nullish(z.string()),
  unit_label_plural: z.nullish(z.string()),
  /** Of usage: decimal minor units for one unit, the most that a period costs, and what is counted. */
  unit_amount: z.optional(z.string()),
  cap_amount: z.nullish(z.number()),
  meter: z.optional(
    z.object({
      name: z.string(),
      unit: z.enum(['scalar', 'token', 'custom']),
      custom_label: z.nullable(z.string()),
      custom_multiplier: z.nullable(z.number()),
    }),
  ),
  is_archived: z.boolean(),
});
export type Price = z.infer<typeof Price>;

export const Benefit = z.object({ id: z.string(), type: z.string(), description: z.string() });
export type Benefit = z.infer<typeof Benefit>;

export const Product = z.object({
  id: z.string(),
  name: z.string(),
  description: z.nullable(z.string()),
  is_recurring: z.boolean(),
  recurring_interval: z.nullable(Interval),
  recurring_interval_count: z.nullable(z.number()),
  trial_interval: z.nullable(Interval),
  trial_interval_count: z.nullable(z.number()),
  prices: z.array(Price),
  benefits: z.array(Benefit),
});
export type Product = z.infer<typeof Product>;

export const Organization = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  avatar_url: z.nullable(z.string()),
});
export type Organization = z.infer<typeof Organization>;

export const Address = z.object({
  line1: z.nullish(z.string()),
  line2: z.nullish(z.string()),
  postal_code: z.nullish(z.string()),
  city: z.nullish(z.string()),
  state: z.nullish(z.string()),
  country: z.string(),
});
export type Address = z.infer<typeof Address>;

/** How to reach the card processor. `stripe_api` is the sandbox's address; against Stripe itself it is absent. */
export const Processor = z.object({ publishable_key: z.string(), stripe_api: z.optional(z.string()) });
export type Processor = z.infer<typeof Processor>;
