/** Which changes a subscription's state forbids, and why, in words for whoever asked. */
import type { SubscriptionState } from './subscription-state.ts';

export type Change =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'uncancel' }
  | { readonly kind: 'revoke' }
  | { readonly kind: 'trial_end'; readonly trialEnd: number | 'now' }
  | { readonly kind: 'period_end'; readonly periodEnd: number }
  | { readonly kind: 'retry_payment' }
  | { readonly kind: 'metadata' };

export interface Refusal {
  /** The name under which the API tells of it. */
  readonly type: 'AlreadyCanceledSubscription' | 'InactiveSubscription' | 'Refused';
  readonly message: string;
}

/** Null where the change may be made at the instant `now` (ms since 1970). */
export function refusalOf(state: SubscriptionState, change: Change, now: number): Refusal | null {
  if (state.status === 'canceled') {
    if (change.kind === 'metadata') return null;
    return { type: 'AlreadyCanceledSubscription', message: 'This subscription has ended.' };
  }
  switch (change.kind) {
    case 'cancel':
      return state.cancelAtPeriodEnd
        ? { type: 'AlreadyCanceledSubscription', message: 'This subscription is already set to end with its period.' }
        : null;
    case 'uncancel':
      return state.cancelAtPeriodEnd ? null : { type: 'Refused', message: 'This subscription is not set to end.' };
    case 'trial_end':
      return refusalOfTrialEnd(state, change.trialEnd, now);
    case 'period_end':
      return refusalOfPeriodEnd(state, change.periodEnd, now);
    case 'revoke':
    case 'retry_payment':
    case 'metadata':
      return null;
  }
}

function refusalOfTrialEnd(state: SubscriptionState, trialEnd: number | 'now', now: number): Refusal | null {
  if (state.status !== 'trialing' && state.status !== 'active') {
    return { type: 'InactiveSubscription', message: 'Only a trialing or active subscription can have a trial.' };
  }
  if (state.cancelAtPeriodEnd) {
    return { type: 'AlreadyCanceledSubscription', message: 'This subscription is set to end; take that back first.' };
  }
  if (trialEnd === 'now') {
    return state.status === 'trialing' ? null : { type: 'Refused', message: 'This subscription is not in a trial.' };
  }
  return trialEnd > now ? null : { type: 'Refused', message: 'The end of the trial must lie in the future.' };
}

function refusalOfPeriodEnd(state: SubscriptionState, periodEnd: number, now: number): Refusal | null {
  if (state.status === 'trialing') {
    return { type: 'Refused', message: 'This subscription is in a trial; move the end of the trial instead.' };
  }
  if (state.status !== 'active') {
    return { type: 'InactiveSubscription', message: 'Only the period of an active subscription can be moved.' };
  }
  return periodEnd > now ? null : { type: 'Refused', message: 'The end of the period must lie in the future.' };
}
