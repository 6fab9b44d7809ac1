/** The tax of an order, from what is taxed together down to each line. Amounts in minor units. */
import { split } from './money.ts';
import { type Line, type Totals, totalsOf } from './orders.ts';
import type { AppliedBehavior, AppliedRate, Taxed } from './tax.ts';

export interface TaxableLine extends Line {
  readonly behavior: AppliedBehavior;
}

export interface TaxedLine extends TaxableLine {
  /** Of what the discount leaves of it. */
  readonly tax: number;
}

/** What is taxed together: all lines of one behaviour, after the discount. */
export interface Part {
  readonly behavior: AppliedBehavior;
  readonly amount: number;
}

export interface TaxedOrder {
  readonly lines: readonly TaxedLine[];
  readonly totals: Totals;
  /** That of the lines; null where they differ. */
  readonly behavior: AppliedBehavior | null;
  readonly rates: readonly AppliedRate[];
}

const BEHAVIORS: readonly AppliedBehavior[] = ['inclusive', 'exclusive'];

/** What is left of each line: the discount is shared among those that are not prorated, in proportion and without loss. */
export function afterDiscount(lines: readonly Line[], discount: number): number[] {
  const weights = lines.map(({ amount, proration }) => (proration ? 0 : Math.max(0, amount)));
  const off = split(totalsOf(lines, { discount, tax: 0 }).discount, weights);
  return lines.map(({ amount }, i) => amount - (off[i] ?? 0));
}

/** What some of an order's lines come to in its total: after the discount, with their tax. */
export function totalOfLines(
  lines: readonly TaxedLine[],
  discount: number,
  isMeant: (line: TaxedLine) => boolean,
): number {
  const left = afterDiscount(lines, discount);
  return lines.reduce((sum, line, i) => {
    const tax = line.behavior === 'exclusive' ? line.tax : 0;
    return isMeant(line) ? sum + (left[i] ?? 0) + tax : sum;
  }, 0);
}

/** At most one for each behaviour; none where nothing is charged and nothing given back. */
export function partsOf(lines: readonly TaxableLine[], discount: number): Part[] {
  const left = afterDiscount(lines, discount);
  const sumOf = (wanted: AppliedBehavior) =>
    lines.reduce((sum, { behavior }, i) => sum + (behavior === wanted ? (left[i] ?? 0) : 0), 0);
  return BEHAVIORS.map((behavior) => ({ behavior, amount: sumOf(behavior) })).filter(({ amount }) => amount !== 0);
}

/** `answers`: the taxes of the order's parts, in their order. */
export function taxedOrder(lines: readonly TaxableLine[], discount: number, answers: readonly Taxed[]): TaxedOrder {
  const left = afterDiscount(lines, discount);
  const taxes = lines.map(() => 0);
  const rates: AppliedRate[] = [];
  let includedTax = 0;
  for (const [i, { behavior }] of partsOf(lines, discount).entries()) {
    const answer = answers[i];
    if (answer === undefined) throw new RangeError('A part of the order has no tax.');
    const members = lines.flatMap((line, at) => (line.behavior === behavior && left[at] !== 0 ? [at] : []));
    const shares = shareOut(
      answer,
      behavior,
      members.map((at) => left[at] ?? 0),
    );
    for (const [n, at] of members.entries()) taxes[at] = shares[n] ?? 0;
    rates.push(...answer.rates.map((rate) => ({ ...rate, behavior })));
    if (behavior === 'inclusive') includedTax = answer.tax;
  }
  const tax = answers.reduce((sum, answer) => sum + answer.tax, 0);
  return {
    lines: lines.map((line, i) => ({ ...line, tax: taxes[i] ?? 0 })),
    totals: totalsOf(lines, { discount, tax, includedTax }),
    behavior: commonBehavior(lines),
    rates,
  };
}

function commonBehavior([first, ...others]: readonly TaxableLine[]): AppliedBehavior | null {
  if (first === undefined) return null;
  return others.every(({ behavior }) => behavior === first.behavior) ? first.behavior : null;
}

const WHOLE = 1_000_000n;

/**
 * A part's tax over its lines, some of which may give back: each as by the part's rates alone, and what rounding leaves
 * to the largest remainders, the first of equals first. They sum to the tax.
 */
function shareOut({ tax, rates }: Taxed, behavior: AppliedBehavior, amounts: readonly number[]): number[] {
  const together = BigInt(rates.reduce((sum, { millionths }) => sum + millionths, 0));
  const divisor = behavior === 'inclusive' ? WHOLE + together : WHOLE;
  const exact = amounts.map((amount) => floored(BigInt(amount) * together, divisor));
  const left = tax - exact.reduce((sum, { whole }) => sum + whole, 0);
  // A provider who rounds in its own way may leave more than one cent a line, or less than none.
  const each = Math.floor(left / amounts.length);
  const extra = left - each * amounts.length;
  const first = new Set(
    exact
      .map(({ remainder }, i) => ({ remainder, i }))
      .sort((a, b) => (a.remainder === b.remainder ? a.i - b.i : a.remainder > b.remainder ? -1 : 1))
      .slice(0, extra)
      .map(({ i }) => i),
  );
  return exact.map(({ whole }, i) => whole + each + (first.has(i) ? 1 : 0) + 0);
}

function floored(value: bigint, divisor: bigint): { whole: number; remainder: bigint } {
  const remainder = ((value % divisor) + divisor) % divisor;
  return { whole: Number((value - remainder) / divisor), remainder };
}
