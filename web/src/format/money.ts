/** Money for people: minor units of a currency, written with that currency's own decimals. */
import { readingLocale } from './locale.ts';

// ISO 4217, where it isn't 2. Browsers' tables differ (HUF, COP, IDR …), and a wrong one shows a price 100 times off.
const NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ');
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');

function decimalsOf(currency: string): number {
  const code = currency.toUpperCase();
  return NO_DECIMALS.includes(code) ? 0 : THREE_DECIMALS.includes(code) ? 3 : 2;
}

/** As one types it: `plainMoney(1050, 'usd')` is "10.50". */
export function plainMoney(minorUnits: number, currency: string): string {
  const digits = decimalsOf(currency);
  return (minorUnits / 10 ** digits).toFixed(digits);
}

/** In minor units; "10", "10.5", "10,50" and "1,050.00" are understood, nothing where it is no amount of the currency. */
export function parseMoney(text: string, currency: string): number | undefined {
  const digits = decimalsOf(currency);
  const decimals = digits === 0 ? '' : `(?:[.,](\\d{1,${digits}}))?`;
  const found = new RegExp(`^(\\d{1,3}(?:[., ]\\d{3})*?|\\d+)${decimals}$`).exec(text.trim());
  if (found === null) return undefined;
  const [, whole = '', part = ''] = found;
  const amount = Number(whole.replaceAll(/\D/g, '') + part.padEnd(digits, '0'));
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** `formatMoney(1000, 'usd')` is "$10.00", `formatMoney(1000, 'jpy')` "¥1,000". */
export function formatMoney(minorUnits: number, currency: string): string {
  const digits = decimalsOf(currency);
  const format = new Intl.NumberFormat(readingLocale(), {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(minorUnits / 10 ** digits);
}
