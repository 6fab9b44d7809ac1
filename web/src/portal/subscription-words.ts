/** A subscription's state, in the words of its customer. */
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { formatSeats } from '../format/seats.ts';
import { formatEvery } from '../format/terms.ts';

export interface Badge {
  readonly word: string;
  readonly tone: 'good' | 'warning' | 'danger' | 'plain';
}

export function badgeOf(subscription: Subscription): Badge {
  const { status, cancel_at_period_end: isEnding, pause_at_period_end: isPausing } = subscription;
  switch (status) {
    case 'active':
      if (isEnding) return { word: 'Ends soon', tone: 'warning' };
      return isPausing ? { word: 'Pauses soon', tone: 'warning' } : { word: 'Active', tone: 'good' };
    case 'trialing':
      if (isEnding) return { word: 'Trial, ends soon', tone: 'warning' };
      return isPausing ? { word: 'Trial, pauses soon', tone: 'warning' } : { word: 'Trial', tone: 'good' };
    case 'past_due':
    case 'unpaid':
      return { word: 'Payment failed', tone: 'danger' };
    case 'incomplete':
      return { word: 'Waiting for payment', tone: 'warning' };
    case 'paused':
      return { word: 'Paused', tone: 'plain' };
    case 'canceled':
    case 'incomplete_expired':
      return { word: 'Ended', tone: 'plain' };
  }
}

export function hasEnded({ status }: Subscription): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}

export function isCancelable(subscription: Subscription): boolean {
  const { status, cancel_at_period_end: isEnding } = subscription;
  return !isEnding && ['active', 'trialing', 'past_due', 'unpaid', 'paused'].includes(status);
}

/** Another plan, other seats or a pause can be had now: it runs, and nothing else is set for its period's end. */
export function isChangeable(subscription: Subscription): boolean {
  const { status, cancel_at_period_end: isEnding, pause_at_period_end: isPausing } = subscription;
  return ['active', 'trialing'].includes(status) && !isEnding && !isPausing;
}

/** Whether what is used is billed. */
export const isByUse = ({ prices }: Subscription): boolean =>
  prices.some((price) => price.amount_type === 'metered_unit');

/** The day the subscription ends if nothing more is done. */
export function endOf(subscription: Subscription): string {
  return formatDate(subscription.ends_at ?? subscription.current_period_end);
}

/** What happens next, and when. */
export function nextOf(subscription: Subscription): string {
  const { status, amount, currency, resumes_at: resumesAt } = subscription;
  const charge = formatMoney(amount, currency);
  if (hasEnded(subscription))
    return subscription.ended_at === null ? '' : `Ended on ${formatDate(subscription.ended_at)}.`;
  if (subscription.cancel_at_period_end) return `Yours until ${endOf(subscription)}. You won’t be charged again.`;
  const resumption = resumesAt === null ? 'until you resume it' : `until ${formatDate(resumesAt)}`;
  if (subscription.pause_at_period_end) {
    return `Yours until ${formatDate(subscription.current_period_end)}; then it rests ${resumption}.`;
  }
  switch (status) {
    case 'trialing': {
      const end = formatDate(subscription.trial_end ?? subscription.current_period_end);
      const every = formatEvery(subscription.recurring_interval, subscription.recurring_interval_count);
      if (amount === 0) return isByUse(subscription) ? `Free until ${end}, then by use.` : `Trial until ${end}.`;
      return `Free until ${end}, then ${charge} ${every}.`;
    }
    case 'active': {
      const date = formatDate(subscription.current_period_end);
      if (amount > 0) return `Next charge: ${charge} on ${date}.`;
      if (!isByUse(subscription)) return 'It stays free.';
      // Usage may be charged more often than the plan: by the month where that is paid by the year.
      return `What you have used by ${formatDate(subscription.current_meter_period_end ?? subscription.current_period_end)} is charged then.`;
    }
    case 'paused':
      return `Nothing is charged while it rests, ${resumption}.`;
    case 'incomplete':
      return 'It starts once its first payment has gone through.';
    // What is due is said by itself.
    case 'past_due':
    case 'unpaid':
    case 'canceled':
    case 'incomplete_expired':
      return '';
  }
}

/** "Fern Pro", "7 seats", "Fern Team with 7 seats": what a change brings; the name as the shop has it. */
export function wordsOfChange(
  change: { readonly product_id: string | null; readonly seats: number | null },
  nameOf: (productId: string) => string | undefined,
): string {
  const product = change.product_id === null ? undefined : (nameOf(change.product_id) ?? 'another plan');
  const seats = change.seats === null ? undefined : formatSeats(change.seats);
  return [product, seats].filter((part) => part !== undefined).join(' with ');
}
