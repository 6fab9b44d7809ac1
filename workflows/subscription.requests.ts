/** What stands in line before a subscription's process. */
import type { DiscountId } from '../billing/ids.ts';
import type { Cancel, ChangeTerms, RetryPayment, Upgrade } from './subscription.messages.ts';

export type Asked =
  | ({ readonly kind: 'cancel' } & Cancel)
  | { readonly kind: 'uncancel' }
  | ({ readonly kind: 'revoke' } & Cancel)
  | { readonly kind: 'pause'; readonly resumesAt: number | null }
  | { readonly kind: 'unpause' }
  | { readonly kind: 'resume' }
  | ({ readonly kind: 'terms' } & ChangeTerms)
  | ({ readonly kind: 'upgrade' } & Upgrade)
  | { readonly kind: 'clear_pending' }
  | { readonly kind: 'trial_end'; readonly trialEnd: number | 'now' }
  | { readonly kind: 'period_end'; readonly periodEnd: number }
  | { readonly kind: 'metadata'; readonly metadata: Record<string, string | number | boolean> }
  | { readonly kind: 'discount'; readonly discountId: DiscountId | null }
  | ({ readonly kind: 'retry_payment' } & RetryPayment);

/** `id` is the update's: the same when a caller asks the same thing again. */
export type Request = Asked & { readonly id: string };
