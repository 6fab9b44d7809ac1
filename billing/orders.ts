/** What an order comes to: the one function behind a checkout's sums, a renewal and its preview. Minor units. */

import type { PriceId } from './ids.ts';

export interface Line {
  readonly label: string;
  readonly amount: number;
  readonly priceId: PriceId | null;
  readonly proration: boolean;
}

export interface Totals {
  readonly subtotal: number;
  readonly discount: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
}

/** What is taken off and what is added; whole-order amounts in minor units. */
export interface Adjustments {
  readonly discount: number;
  readonly tax: number;
  /** What of the tax is within the lines' amounts; none, if left out. */
  readonly includedTax?: number;
}

/**
 * subtotal = Σ lines, net = subtotal − discount, total = net + the tax that is not within it. A discount takes off no more
 * than there is of what is not prorated: prorated lines are after it. What they give back can bring the total below 0.
 */
export function totalsOf(
  lines: readonly Line[],
  { discount, tax, includedTax = 0 }: Adjustments = { discount: 0, tax: 0 },
): Totals {
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const prorated = lines.reduce((sum, line) => sum + (line.proration ? line.amount : 0), 0);
  const applied = Math.min(discount, Math.max(0, subtotal - prorated));
  const net = subtotal - applied;
  return { subtotal, discount: applied, net, tax, total: net + tax - includedTax };
}
