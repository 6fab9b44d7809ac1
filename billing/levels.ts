/**
 * How far a customer's credits on a meter are used up: which thresholds, in percent of the credits, are still ahead.
 * Nothing is ahead of who has no credits, however much they use: pay as you go passes nothing.
 */
import Big from 'big.js';

/** The balance is 0 or less: watched on every meter, whatever its merchant set. */
const ALL_USED = 100;

export interface Level {
  /** In percent; the merchant's, and that of an empty balance. */
  readonly thresholds: readonly number[];
  /** Those of them that are not reached. */
  readonly ahead: readonly number[];
}

export interface CreditedUsage {
  readonly consumed: string;
  readonly credited: string;
}

export function levelOf(ofMeter: readonly number[], { consumed, credited }: CreditedUsage): Level {
  const thresholds = [...new Set([...ofMeter, ALL_USED])].sort((a, b) => a - b);
  return { thresholds, ahead: thresholds.filter((each) => new Big(consumed).lt(unitsAt(each, credited))) };
}

/** Of the merchant's own. */
export const reachedOf = (ofMeter: readonly number[], { consumed, credited }: CreditedUsage): number[] =>
  new Big(credited).lte(0) ? [] : ofMeter.filter((each) => unitsAt(each, credited).lte(consumed));

/**
 * Whether a threshold was passed, up or down, since `told`; null: since the customer had no credits. One that the
 * merchant set or dropped meanwhile was not passed by anybody.
 */
export function isCrossed(told: Level | null, now: Level): boolean {
  return now.thresholds.some((each) => {
    if (told === null) return now.ahead.includes(each);
    return told.thresholds.includes(each) && told.ahead.includes(each) !== now.ahead.includes(each);
  });
}

/** Between which units nothing is to be told: `from` is the least that is, `below` the least that isn't; null: none. */
export interface Band {
  readonly from: string | null;
  readonly below: string | null;
}

/** Null where there are no credits. */
export function bandOf({ thresholds, ahead }: Level, credited: string): Band | null {
  if (new Big(credited).lte(0)) return null;
  const reached = thresholds.filter((each) => !ahead.includes(each));
  const next = ahead.at(0);
  const last = reached.at(-1);
  return {
    from: next === undefined ? null : unitsAt(next, credited).toFixed(),
    below: last === undefined ? null : unitsAt(last, credited).toFixed(),
  };
}

/** Exact: credits are whole, and so are percents. */
const unitsAt = (percent: number, credited: string): Big => new Big(credited).times(percent).div(100);
