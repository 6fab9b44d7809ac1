/** Money, dates and recurrences as the reader writes them; dates are those of UTC. */
import { decimalsOf } from '../billing/money.ts';
import type { Interval } from '../billing/periods.ts';
import type { Reader } from './letter.ts';

export type Words = ReturnType<typeof wordsFor>;

export function wordsFor({ locale }: Reader) {
  const known = knownLocale(locale);
  const date = new Intl.DateTimeFormat(known, { dateStyle: 'long', timeZone: 'UTC' });
  return {
    day: (instant: Date): string => date.format(instant),
    period: (from: Date, to: Date): string => date.formatRange(from, to),
    money(amount: number, currency: string): string {
      const digits = decimalsOf(currency);
      const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
      return new Intl.NumberFormat(known, { style: 'currency', currency, ...fraction }).format(amount / 10 ** digits);
    },
  };
}

/** What the machine knows of it; English for a tag that means nothing. */
function knownLocale(locale: string | null | undefined): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(locale ?? [])[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** "a month", "every 3 months". */
export const recurring = (interval: Interval, count: number): string =>
  count === 1 ? `a ${interval}` : `every ${count} ${interval}s`;

/** "every month", "every 3 months". */
export const every = (interval: Interval, count: number): string =>
  count === 1 ? `every ${interval}` : `every ${count} ${interval}s`;

export const seatsOf = (seats: number): string => (seats === 1 ? '1 seat' : `${seats} seats`);

/** "Visa ending in 4242". */
export function cardName({ brand, last4 }: Card): string {
  const name = brand ? (BRANDS[brand] ?? capitalized(brand)) : 'Card';
  return last4 ? `${name} ending in ${last4}` : name;
}

export interface Card {
  readonly brand?: string | null;
  readonly last4?: string | null;
}

/** Those that are not written with one capital. */
const BRANDS: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  eftpos_au: 'eftpos',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  link: 'Link',
};

const capitalized = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);
