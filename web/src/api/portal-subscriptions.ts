/** A customer's subscriptions in their portal: what they are, what a change would come to, and the changes themselves. */
import * as z from 'zod/mini';
import { Interval, Price, Product } from './catalog.ts';
import { call } from './client.ts';

export const CANCELLATION_REASONS = [
  'too_expensive',
  'missing_features',
  'switched_service',
  'unused',
  'customer_service',
  'low_quality',
  'too_complex',
  'other',
] as const;
export type CancellationReason = (typeof CANCELLATION_REASONS)[number];

const PendingUpdate = z.object({
  applies_at: z.string(),
  product_id: z.nullable(z.string()),
  seats: z.nullable(z.number()),
});

const ChangeAtBank = z.object({
  product_id: z.nullable(z.string()),
  seats: z.nullable(z.number()),
  due_amount: z.number(),
  approve_by: z.string(),
  payment_intent_id: z.string(),
});
export type ChangeAtBank = z.infer<typeof ChangeAtBank>;

export const Subscription = z.object({
  id: z.string(),
  amount: z.number(),
  currency: z.string(),
  recurring_interval: Interval,
  recurring_interval_count: z.number(),
  status: z.enum([
    'incomplete',
    'incomplete_expired',
    'trialing',
    'active',
    'past_due',
    'canceled',
    'unpaid',
    'paused',
  ]),
  current_period_end: z.string(),
  current_meter_period_end: z.nullish(z.string()),
  trial_end: z.nullable(z.string()),
  cancel_at_period_end: z.boolean(),
  started_at: z.nullable(z.string()),
  ends_at: z.nullable(z.string()),
  ended_at: z.nullable(z.string()),
  pause_at_period_end: z.boolean(),
  paused_at: z.nullable(z.string()),
  resumes_at: z.nullable(z.string()),
  discount_id: z.nullable(z.string()),
  seats: z.nullish(z.number()),
  pending_update: z.nullable(PendingUpdate),
  /** None of what one has a seat of. */
  change_at_bank: z.nullish(ChangeAtBank),
  product: Product,
  prices: z.array(Price),
});
export type Subscription = z.infer<typeof Subscription>;

const amounts = {
  currency: z.string(),
  lines: z.array(z.object({ label: z.string(), amount: z.number() })),
  discount_amount: z.number(),
  tax_amount: z.number(),
  net_amount: z.number(),
  total_amount: z.number(),
  applied_balance_amount: z.number(),
  applied_usage_wallet_amount: z.number(),
  due_amount: z.number(),
};
export interface Amounts extends z.infer<z.ZodMiniObject<typeof amounts>> {}

const ChangePreview = z.object({
  ...amounts,
  /** Null where it changes nothing. */
  applies_at: z.nullable(z.string()),
  billed: z.enum(['now', 'next_order', 'not']),
  current_period_end: z.string(),
});
export type ChangePreview = z.infer<typeof ChangePreview>;

const ChargePreview = z.object({ ...amounts, charged_at: z.nullable(z.string()) });
export type ChargePreview = z.infer<typeof ChargePreview>;

const CancelPreview = z.object({
  ...amounts,
  ends_at: z.string(),
  is_charged: z.boolean(),
  benefits: z.array(z.object({ id: z.string(), description: z.string(), ends_at: z.string() })),
});
export type CancelPreview = z.infer<typeof CancelPreview>;

/** How a charge that the customer's bank was asked about has ended, in its words; or what asks the bank. */
const Approval = z.object({
  status: z.string(),
  error: z.nullish(z.string()),
  client_secret: z.nullish(z.string()),
});

/** One of the two. */
export type Wish = { readonly product_id: string } | { readonly seats: number };

const BASE = '/v1/customer-portal/subscriptions/';

export function subscriptionsOf(token: string) {
  const change = (id: string, body: unknown) =>
    call({ method: 'PATCH', path: BASE + id, token, body, answer: Subscription });
  return {
    async subscriptions(): Promise<readonly Subscription[]> {
      return (await call({ path: `${BASE}?limit=100`, token, answer: z.object({ items: z.array(Subscription) }) }))
        .items;
    },
    previewChange: (id: string, wish: Wish, signal?: AbortSignal) =>
      call({
        method: 'POST',
        path: `${BASE}${id}/change-preview`,
        token,
        body: wish,
        answer: ChangePreview,
        signal,
      }),
    changeTerms: (id: string, wish: Wish) => change(id, wish),
    subscription: (id: string) => call({ path: BASE + id, token, answer: Subscription }),
    /** After the customer has been at their bank. */
    confirmChange: (id: string, paymentIntent: string) =>
      call({
        method: 'POST',
        path: `${BASE}${id}/confirm-change`,
        token,
        body: { payment_intent_id: paymentIntent },
        answer: Approval,
      }),
    dropPendingChange: (id: string) => change(id, { pending_update: null }),

    /** `resumesAt` null: until the customer resumes it. */
    pause: (id: string, resumesAt: string | null) => change(id, { pause_at_period_end: true, resumes_at: resumesAt }),
    unpause: (id: string) => change(id, { pause_at_period_end: false }),
    previewCharge: (id: string) => call({ path: `${BASE}${id}/charge-preview`, token, answer: ChargePreview }),
    previewResumption: (id: string) => call({ path: `${BASE}${id}/resume-preview`, token, answer: ChargePreview }),
    resume: (id: string) => change(id, { resume: true }),

    previewCancel: (id: string) => call({ path: `${BASE}${id}/cancel-preview`, token, answer: CancelPreview }),
    cancel: (id: string, reason: CancellationReason | null, comment: string | null) =>
      change(id, { cancel_at_period_end: true, cancellation_reason: reason, cancellation_comment: comment }),
    uncancel: (id: string) => change(id, { cancel_at_period_end: false }),
  };
}
