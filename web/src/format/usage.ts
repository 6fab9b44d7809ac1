/** What usage costs, in words: a price for a unit is often a fraction of a cent, and is said for many of them. */
import type { Price } from '../api/catalog.ts';
import { readingLocale } from './locale.ts';
import { formatMoney } from './money.ts';

const SIZES = [1, 1_000, 1_000_000];

/** Those of the prices that bill usage in this currency. */
export function usagePrices(prices: readonly Price[], currency: string): readonly Price[] {
  return prices.filter((price) => price.amount_type === 'metered_unit' && price.price_currency === currency);
}

/** "Tokens: $0.20 per 1,000 tokens, at most $90.00 a month". */
export function formatUsage(price: Price, every: string): string {
  const { meter, unit_amount: unitAmount = '0', cap_amount: cap, price_currency: currency } = price;
  const multiplier = meter?.unit === 'custom' ? (meter.custom_multiplier ?? 1) : 1;
  const each = Number(unitAmount) * multiplier;
  const size = SIZES.find((many) => isWhole(each * many)) ?? SIZES.at(-1) ?? 1;
  const amount = isWhole(each * size)
    ? formatMoney(Math.round(each * size), currency)
    : formatFine(each * size, currency);
  const number = new Intl.NumberFormat(readingLocale()).format(size);
  const most = cap === null || cap === undefined ? '' : `, at most ${formatMoney(cap, currency)} ${every}`.trimEnd();
  return `${meter?.name ?? 'Usage'}: ${amount} per ${`${number} ${unitOf(meter)}`.trim()}${most}`;
}

const isWhole = (amount: number): boolean => amount >= 1 && Math.abs(amount - Math.round(amount)) < 1e-6;

/** With as many decimals as it has. */
function formatFine(minorUnits: number, currency: string): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  const options = { style: 'currency', currency, maximumFractionDigits: 14 } as const;
  return new Intl.NumberFormat(readingLocale(), options).format(Number((minorUnits / 10 ** digits).toPrecision(12)));
}

function unitOf(meter: Price['meter']): string {
  switch (meter?.unit) {
    case 'token':
      return 'tokens';
    case 'custom':
      return meter.custom_label ?? '';
    default:
      return '';
  }
}
