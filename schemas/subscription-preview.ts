/** What a change of a subscription, or its next renewal, would come to. */
import { z } from 'zod';
import { ProrationBehavior } from './intervals.ts';
import { count, Id, Instant } from './primitives.ts';

const amounts = {
  currency: z.string(),
  lines: z.array(
    z.object({
      label: z.string(),
      amount: z.int().describe('In minor units; negative for a credit.'),
      proration: z.boolean(),
      product_price_id: Id.nullable(),
    }),
  ),
  subtotal_amount: z.int(),
  discount_amount: z.int(),
  net_amount: z.int(),
  tax_amount: z.int(),
  total_amount: z.int(),
  applied_balance_amount: z.int().describe('Added to the total: negative where the customer’s balance and wallet pay.'),
  applied_usage_wallet_amount: z.int().describe('What of that the wallet for usage pays.'),
  due_amount: z.int().describe('What is charged.'),
};

export const ChargePreview = z
  .object({
    ...amounts,
    charged_at: Instant.nullable().describe(
      'Null where the period’s end brings a pause, or it is paused: nothing is due.',
    ),
    resumes_at: Instant.nullable().describe('When a pause ends by itself; a new period is then charged.'),
  })
  .meta({ id: 'SubscriptionChargePreview', description: 'The next order of a subscription.' });
export type ChargePreview = z.infer<typeof ChargePreview>;

export const ChangePreview = z
  .object({
    ...amounts,
    applies_at: Instant.nullable().describe('Null where it changes nothing.'),
    billed: z
      .enum(['now', 'next_order', 'not'])
      .describe('Now, by an order that has to be paid first; with the next order; or not at all.'),
    current_period_start: Instant.describe('Of the period that then holds.'),
    current_period_end: Instant,
  })
  .meta({ id: 'SubscriptionChangePreview', description: 'What a change would come to if it were asked for now.' });
export type ChangePreview = z.infer<typeof ChangePreview>;

const proration_behavior = ProrationBehavior.nullable().optional();

export const ChangePreviewRequest = z
  .union([
    z.strictObject({ product_id: Id, proration_behavior }),
    z.strictObject({ seats: count(1), proration_behavior }),
  ])
  .meta({ id: 'SubscriptionChangePreviewRequest', description: 'A product or a number of seats, as in the change.' });
export type ChangePreviewRequest = z.infer<typeof ChangePreviewRequest>;

export const CustomerChangePreviewRequest = z
  .union([z.strictObject({ product_id: Id }), z.strictObject({ seats: count(1) })])
  .meta({ id: 'CustomerSubscriptionChangePreviewRequest' });
export type CustomerChangePreviewRequest = z.infer<typeof CustomerChangePreviewRequest>;

export const CancelPreviewRequest = z
  .object({ revoke: z.boolean().default(false).describe('At once, in the place of the period’s end.') })
  .meta({ id: 'SubscriptionCancelPreviewRequest' });
export type CancelPreviewRequest = z.infer<typeof CancelPreviewRequest>;

export const CancelPreview = z
  .object({
    ...amounts,
    ends_at: Instant,
    is_charged: z.boolean().describe('Whether the last order is charged; else it stays owed, or becomes balance.'),
    benefits: z
      .array(z.object({ id: Id, type: z.string(), description: z.string(), ends_at: Instant }))
      .describe('What the customer loses, and when.'),
  })
  .meta({ id: 'SubscriptionCancelPreview', description: 'What the end of a subscription means: its last order too.' });
export type CancelPreview = z.infer<typeof CancelPreview>;
