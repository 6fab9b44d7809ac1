/** How documents write money, dates, places and cards: in English, as the law of no country minds. */
import { decimalsOf } from '../../billing/money.ts';
import type { Address } from '../../db/entities/columns.ts';

/** `−$1,234.50`, `¥500`; always with as many decimals as the currency has. */
export function money(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const written = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals);
  return written.replace('-', '−');
}

/** `April 1, 2027`, in UTC. */
export const day = (date: Date): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(date);

const COUNTRIES = new Intl.DisplayNames('en', { type: 'region' });

export const country = (code: string): string => COUNTRIES.of(code) ?? code;

/** An address as it stands on an envelope. */
export function addressLines(address: Address): string[] {
  const region = address.state?.replace(/^[A-Z]{2}-/, '');
  const isAmerican = address.country === 'US' || address.country === 'CA';
  const town = isAmerican
    ? [address.city, [region, address.postal_code].filter(Boolean).join(' ')].filter(Boolean).join(', ')
    : [address.postal_code, address.city].filter(Boolean).join(' ');
  const lines = [address.line1, address.line2, town, isAmerican ? null : region, country(address.country)];
  return lines.filter((line) => line != null && line !== '').map(String);
}

const BRANDS: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  eftpos_au: 'eftpos',
  jcb: 'JCB',
  mastercard: 'Mastercard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};

/** `Visa ending in 4242`. */
export function card(brand: string | null | undefined, last4: string | null | undefined): string {
  const name = brand ? (BRANDS[brand] ?? 'Card') : 'Card';
  return last4 ? `${name} ending in ${last4}` : name;
}
