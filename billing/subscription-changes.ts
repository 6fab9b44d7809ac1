/** Which changes a subscription's state forbids, and why, in words for whoever asked. */
import type { SubscriptionState } from './subscription-state.ts';

export type Change =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'uncancel' }
  | { readonly kind: 'revoke' }
  | { readonly kind: 'pause'; readonly resumesAt: number | null }
  | { readonly kind: 'unpause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'trial_end'; readonly trialEnd: number | 'now' }
  | { readonly kind: 'period_end'; readonly periodEnd: number }
  | { readonly kind: 'terms' }
  | { readonly kind: 'upgrade' }
  | { readonly kind: 'clear_pending' }
  | { readonly kind: 'discount' }
  | { readonly kind: 'retry_payment' }
  | { readonly kind: 'metadata' };

export interface Refusal {
  /** The name under which the API tells of it. */
  readonly type: 'AlreadyCanceledSubscription' | 'InactiveSubscription' | 'Refused';
  readonly message: string;
}

/**
 * Null where the change may be made at the instant `now` (ms since 1970).
 *
 * | asked     | set to pause                     | paused                | set to cancel | past due |
 * |-----------|----------------------------------|-----------------------|---------------|----------|
 * | cancel    | ends with its period, no pause   | ends at once          | refused       | as active |
 * | revoke    | ends at once                     | ends at once          | ends at once  | ends at once |
 * | pause     | another date to resume           | another date to resume | refused      | refused  |
 * | unpause   | goes on                          | refused: resume it    | refused       | refused  |
 * | terms     | refused: take the pause back     | refused: resume it    | refused       | refused  |
 * | resume    | refused: take the pause back     | a new period, charged | refused       | refused  |
 */
export function refusalOf(state: SubscriptionState, change: Change, now: number): Refusal | null {
  if (state.status === 'canceled') {
    if (change.kind === 'metadata') return null;
    return ENDED;
  }
  switch (change.kind) {
    case 'cancel':
      return state.cancelAtPeriodEnd
        ? { type: 'AlreadyCanceledSubscription', message: 'This subscription is already set to end with its period.' }
        : null;
    case 'uncancel':
      return state.cancelAtPeriodEnd ? null : { type: 'Refused', message: 'This subscription is not set to end.' };
    case 'pause':
      return refusalOfPause(state, change.resumesAt, now);
    case 'unpause':
      if (state.status === 'paused') return { type: 'Refused', message: 'This subscription is paused; resume it.' };
      return state.pauseAtPeriodEnd ? null : { type: 'Refused', message: 'This subscription is not set to pause.' };
    case 'resume':
      return refusalOfResume(state);
    case 'trial_end':
      return refusalOfTrialEnd(state, change.trialEnd, now);
    case 'period_end':
      return refusalOfPeriodEnd(state, change.periodEnd, now);
    case 'terms':
      return refusalOfTerms(state);
    case 'revoke':
    // Its checkout is paid: what else stands against it, the step finds.
    case 'upgrade':
    case 'clear_pending':
    case 'discount':
    case 'retry_payment':
    case 'metadata':
      return null;
  }
}

const ENDED: Refusal = { type: 'AlreadyCanceledSubscription', message: 'This subscription has ended.' };

const SET_TO_END: Refusal = {
  type: 'AlreadyCanceledSubscription',
  message: 'This subscription is set to end; take that back first.',
};

const SET_TO_PAUSE: Refusal = {
  type: 'Refused',
  message: 'This subscription is set to pause; take that back first.',
};

function refusalOfPause(state: SubscriptionState, resumesAt: number | null, now: number): Refusal | null {
  if (state.cancelAtPeriodEnd) return SET_TO_END;
  if (state.status === 'past_due') {
    return { type: 'InactiveSubscription', message: 'This subscription has an unpaid order; pay it first.' };
  }
  // What is paused resumes after now, what runs after its pause has begun.
  const begins = state.status === 'paused' ? now : Math.max(now, state.currentPeriodEnd);
  return resumesAt === null || resumesAt > begins
    ? null
    : { type: 'Refused', message: 'A subscription can only resume after its pause has begun, in the future.' };
}

function refusalOfResume(state: SubscriptionState): Refusal | null {
  if (state.status === 'paused') return null;
  return state.pauseAtPeriodEnd
    ? { type: 'Refused', message: 'This subscription is not paused yet; set pause_at_period_end to false.' }
    : { type: 'Refused', message: 'This subscription is not paused.' };
}

/** Of another product, or more or fewer seats; also before it is asked of the process, for its preview. */
export function refusalOfTerms(
  state: Pick<SubscriptionState, 'status' | 'cancelAtPeriodEnd' | 'pauseAtPeriodEnd'>,
): Refusal | null {
  if (state.status === 'canceled') return ENDED;
  if (state.cancelAtPeriodEnd) return SET_TO_END;
  if (state.status === 'paused') {
    return { type: 'InactiveSubscription', message: 'This subscription is paused; resume it first.' };
  }
  if (state.status === 'past_due') {
    return { type: 'InactiveSubscription', message: 'This subscription has an unpaid order; pay it first.' };
  }
  return state.pauseAtPeriodEnd ? SET_TO_PAUSE : null;
}

function refusalOfTrialEnd(state: SubscriptionState, trialEnd: number | 'now', now: number): Refusal | null {
  if (state.status !== 'trialing' && state.status !== 'active') {
    return { type: 'InactiveSubscription', message: 'Only a trialing or active subscription can have a trial.' };
  }
  if (state.cancelAtPeriodEnd) return SET_TO_END;
  if (state.pauseAtPeriodEnd) return SET_TO_PAUSE;
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
  if (state.pauseAtPeriodEnd && state.resumesAt !== null && periodEnd >= state.resumesAt) {
    return { type: 'Refused', message: 'This subscription is set to resume before that; move that date first.' };
  }
  return periodEnd > now ? null : { type: 'Refused', message: 'The end of the period must lie in the future.' };
}
