/** The line that bills what was used of a meter in a period. */
import type { PriceId } from './ids.ts';
import { type MeteredTerms, meteredAmount } from './metered.ts';
import type { Line } from './orders.ts';

export interface Used {
  readonly priceId: PriceId;
  /** The meter's name. */
  readonly name: string;
  /** Decimals. */
  readonly consumed: string;
  readonly credited: string;
}

/** "Tokens (150,000, of which 100,000 are included)". Usage is of a whole period: a discount takes its share of it. */
export function usageLine(terms: MeteredTerms, { priceId, name, consumed, credited }: Used): Line {
  const included = Number(credited) > 0 ? `, of which ${grouped(credited)} are included` : '';
  return {
    label: `${name} (${grouped(consumed)}${included})`,
    amount: meteredAmount(terms, consumed, credited),
    priceId,
    proration: false,
  };
}

/** With a comma every three digits; decimals as they are. */
export function grouped(units: string): string {
  const [whole = '0', decimals] = units.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? spaced : `${spaced}.${decimals}`;
}
