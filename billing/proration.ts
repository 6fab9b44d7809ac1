/** What a change in the middle of a period is worth. Amounts in minor units, instants in ms since 1970. */
import { portion } from './money.ts';
import { addIntervals, type Period, type Recurrence } from './periods.ts';

export interface Proration {
  /** For the unused rest of the old price. */
  readonly credit: number;
  /** For the rest of the period at the new price. */
  readonly charge: number;
}

/**
 * A credit for the unused old price and a charge for the rest of the new one, each to the millisecond. The amounts are
 * for the whole period, after discount. Before the period all of it is left, after it nothing.
 */
export function prorate(period: Period, at: number, oldAmount: number, newAmount: number): Proration {
  const length = period.end - period.start;
  const left = Math.min(length, Math.max(0, period.end - at));
  return { credit: portion(oldAmount, left, length), charge: portion(newAmount, left, length) };
}

/**
 * The end of a period moves: what the whole of it then counts as charged with, so that the unused rest is worth as much
 * as it was. The amount is for the whole period, after discount.
 */
export function amountAfterMove(period: Period, end: number, at: number, amount: number): number {
  const { credit } = prorate(period, at, amount, 0);
  return portion(credit, end - period.start, end - Math.max(at, period.start));
}

/** A price is for an interval: a period whose end was moved costs as much more or less as it is longer or shorter. */
export function forLength(amount: number, { start, end }: Period, interval: Recurrence): number {
  return portion(amount, end - start, addIntervals(start, interval, 1) - start);
}

/**
 * What a price counts as in a period whose end was moved. What was paid before the move is worth more or less than the
 * same price by length (`offset`), and so is any other price in its place: a change costs the difference of the prices
 * for the time that is left, and one there and back costs nothing.
 */
export const countsAs = (byLength: number, offset: number): number => Math.max(0, byLength + offset);
