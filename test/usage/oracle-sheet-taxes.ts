/** What the taxes of an order come to, by docs/taxes.md: one rate of 19 %, within the prices or on top of them. */
import { share, total } from './oracle-arithmetic.ts';
import type { Tax } from './oracle-plans-scenario.ts';

const PERCENT = 19;
const wholeOf = (tax: Tax): number => (tax === 'inclusive' ? 100 + PERCENT : 100);

/** Of all that is left after the discount, rounded once; what is given back has its tax given back. */
export const taxOf = (net: number, tax: Tax): number => (tax === 'none' ? 0 : share(net, PERCENT, wholeOf(tax)));

/** Each line's part of it: cents that rounding leaves go to the largest remainders, the first of equals first. */
export function taxOfEach(left: readonly number[], whole: number, tax: Tax): number[] {
  if (tax === 'none' || total(left) === 0) return left.map(() => 0);
  const by = wholeOf(tax);
  const below = left.map((amount) => Math.floor((amount * PERCENT) / by));
  const remainders = left
    .map((amount, i) => ({ i, amount, remainder: amount * PERCENT - (below[i] ?? 0) * by }))
    .filter(({ amount }) => amount !== 0)
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  const missing = whole - total(below);
  const first = remainders.slice(0, missing).map(({ i }) => i);
  return below.map((amount, i) => amount + (first.includes(i) ? 1 : 0));
}
