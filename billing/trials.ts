/** Trials: whose length counts, when the reminder goes out. Instants are ms since 1970. */
import { addIntervals, DAY, type Interval } from './periods.ts';

export interface TrialTerms {
  readonly interval: Interval;
  readonly count: number;
}

interface MayHaveTrial {
  readonly trialInterval?: Interval | null | undefined;
  readonly trialIntervalCount?: number | null | undefined;
}

/** The trial that a purchase gets: the checkout's own terms before the product's; none for one-time products. */
export function activeTrial(
  checkout: MayHaveTrial & { readonly allowTrial: boolean },
  product: MayHaveTrial & { readonly recurringInterval?: Interval | null | undefined },
): TrialTerms | null {
  if (!checkout.allowTrial || !product.recurringInterval) return null;
  return terms(checkout) ?? terms(product);
}

function terms({ trialInterval, trialIntervalCount }: MayHaveTrial): TrialTerms | null {
  return trialInterval && trialIntervalCount ? { interval: trialInterval, count: trialIntervalCount } : null;
}

export function trialEnd(start: number, trial: TrialTerms): number {
  return addIntervals(start, trial, 1);
}

/** 3 days before the end for trials of 3 days and more, 1 day before for 1 to 3 days, none below. */
export function trialReminderAt(start: number, end: number): number | null {
  const length = end - start;
  if (length >= 3 * DAY) return end - 3 * DAY;
  if (length >= DAY) return end - DAY;
  return null;
}

/** What a buyer is told where each customer gets one trial, and they have had theirs. */
export const TRIAL_HAD =
  'You have had a trial here before, so this starts without one: look at what is due today, and pay again.';
