/** Money for people: minor units of a currency, written with that currency's own decimals. */

// ISO 4217, where it isn't 2. Browsers' tables differ (HUF, COP, IDR …), and a wrong one shows a price 100 times off.
const NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ');
const THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');

/** `formatMoney(1000, 'usd')` is "$10.00", `formatMoney(1000, 'jpy')` "¥1,000". */
export function formatMoney(minorUnits: number, currency: string): string {
  const code = currency.toUpperCase();
  const digits = NO_DECIMALS.includes(code) ? 0 : THREE_DECIMALS.includes(code) ? 3 : 2;
  const format = new Intl.NumberFormat(readingLocale(), {
    style: 'currency',
    currency: code,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(minorUnits / 10 ** digits);
}

/** The pages are in English; dates and numbers follow the reader's own English, if they have one. */
export function readingLocale(): string {
  return navigator.languages.find((language) => language.startsWith('en')) ?? 'en-GB';
}
