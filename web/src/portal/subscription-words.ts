/** A subscription's state, in the words of its customer. */
import type { Subscription } from '../api/portal.ts';
import { formatDate } from '../format/dates.ts';
import { formatMoney } from '../format/money.ts';
import { formatEvery } from '../format/terms.ts';

export interface Badge {
  readonly word: string;
  readonly tone: 'good' | 'warning' | 'danger' | 'plain';
}

export function badgeOf({ status, cancel_at_period_end: isEnding }: Subscription): Badge {
  switch (status) {
    case 'active':
      return isEnding ? { word: 'Ends soon', tone: 'warning' } : { word: 'Active', tone: 'good' };
    case 'trialing':
      return isEnding ? { word: 'Trial, ends soon', tone: 'warning' } : { word: 'Trial', tone: 'good' };
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
  return (
    !subscription.cancel_at_period_end && ['active', 'trialing', 'past_due', 'unpaid'].includes(subscription.status)
  );
}

/** The day the subscription ends if nothing more is done. */
export function endOf(subscription: Subscription): string {
  return formatDate(subscription.ends_at ?? subscription.current_period_end);
}

/** What happens next, and when. */
export function nextOf(subscription: Subscription): string {
  const { status, amount, currency } = subscription;
  const charge = formatMoney(amount, currency);
  if (hasEnded(subscription))
    return subscription.ended_at === null ? '' : `Ended on ${formatDate(subscription.ended_at)}.`;
  if (subscription.cancel_at_period_end) return `Yours until ${endOf(subscription)}. You won’t be charged again.`;
  switch (status) {
    case 'trialing': {
      const end = formatDate(subscription.trial_end ?? subscription.current_period_end);
      const every = formatEvery(subscription.recurring_interval, subscription.recurring_interval_count);
      return amount === 0 ? `Trial until ${end}.` : `Free until ${end}, then ${charge} ${every}.`;
    }
    case 'active': {
      const date = formatDate(subscription.current_period_end);
      return amount === 0 ? 'It stays free.' : `Next charge: ${charge} on ${date}.`;
    }
    case 'past_due':
    case 'unpaid':
      return `${charge} is due. We try again over the next days; then the subscription ends.`;
    case 'paused':
      return 'Nothing is charged while it is paused.';
    case 'incomplete':
      return 'It starts once its first payment has gone through.';
    case 'canceled':
    case 'incomplete_expired':
      return '';
  }
}
