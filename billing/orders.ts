/** What an order comes to: the one function behind a checkout's sums, a renewal and its preview. Minor units. */

export interface Line {
  readonly label: string;
  readonly amount: number;
  readonly priceId: string | null;
  readonly proration: boolean;
}

export interface Totals {
  readonly subtotal: number;
  readonly discount: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
}

/** subtotal = Σ lines, net = subtotal − discount, total = net + tax. */
export function totalsOf(lines: readonly Line[]): Totals {
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const discount = 0;
  const net = subtotal - discount;
  const tax = 0;
  return { subtotal, discount, net, tax, total: net + tax };
}
