/** What usage costs: units beyond the credited ones, at a price for each with up to 12 decimals of a minor unit. */
import Big from 'big.js';

export interface MeteredTerms {
  /** Minor units for one unit, a decimal: "0.0075" is $0.000075. */
  readonly unitAmount: string;
  /** The most that a period costs, in minor units; null: no such limit. */
  readonly cap: number | null;
}

/**
 * The most that usage comes to in a line: twelve digits, so that thousands of such lines sum up exactly. It is declined as more
 * than can be charged, like all that is above it, and also with the greatest discount short of all of it.
 */
export const LARGEST_USAGE = 999_999_999_999;

/** Decimals, not below 0 for what was credited; the one rounding is that of the line, half away from zero. */
export function meteredAmount(terms: MeteredTerms, consumed: string, credited: string): number {
  const units = billableUnits(consumed, credited);
  const amount = new Big(units).times(terms.unitAmount).round(0, Big.roundHalfUp);
  const most = Math.min(terms.cap ?? LARGEST_USAGE, LARGEST_USAGE);
  return amount.gt(most) ? most : amount.toNumber();
}

/** (consumed − credited), not below 0. */
export function billableUnits(consumed: string, credited: string): string {
  const units = new Big(consumed).minus(credited);
  return units.lt(0) ? '0' : units.toFixed();
}
