/** Units that customers have to their credit: which of them are used first, and what is left of each. */
import Big from 'big.js';

/** For a period of the subscription; carried over from period to period; or until they are used. */
export const CREDIT_LIVES = ['period', 'rollover', 'forever'] as const;
export type CreditLife = (typeof CREDIT_LIVES)[number];

export interface Credit {
  /** Whole. */
  readonly units: string;
  readonly lasts: CreditLife;
}

export interface Split {
  readonly used: string;
  /** Whole: a unit of which some is used is used. */
  readonly left: string;
}

/** What is used of each, as they are given: those that vanish first are used first, of the same kind the first given. */
export function spendCredits(credits: readonly Credit[], consumed: string): Split[] {
  const split: Split[] = credits.map(({ units }) => ({ used: '0', left: units }));
  let rest = new Big(consumed).lt(0) ? new Big(0) : new Big(consumed);
  const order = credits
    .map(({ lasts }, i) => ({ i, rank: CREDIT_LIVES.indexOf(lasts) }))
    .sort((a, b) => a.rank - b.rank || a.i - b.i);
  for (const { i } of order) {
    const units = new Big(credits[i]?.units ?? '0');
    const used = (rest.lt(units) ? rest : units).round(0, Big.roundUp);
    split[i] = { used: used.toFixed(), left: units.minus(used).toFixed() };
    rest = rest.lt(used) ? new Big(0) : rest.minus(used);
  }
  return split;
}

export const sumOfUnits = (units: readonly string[]): string =>
  units.reduce((sum, each) => sum.plus(each), new Big(0)).toFixed();
