/** What can be said of a card before its bank is asked: its brand, its shape, whether its digits add up. */

export type Brand = 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay' | 'unknown';

export const BRAND_NAMES: Record<Brand, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
  unknown: 'Card',
};

const BRANDS: readonly (readonly [Brand, RegExp])[] = [
  ['amex', /^3[47]/],
  ['diners', /^3(0[0-5]|[689])/],
  ['jcb', /^35/],
  ['visa', /^4/],
  ['mastercard', /^(5[1-5]|2(2[2-9]|[3-6]|7[01]|720))/],
  ['discover', /^6(011|4[4-9]|5)/],
  ['unionpay', /^62/],
];

export function brandOf(number: string): Brand {
  const digits = digitsOf(number);
  return BRANDS.find(([, pattern]) => pattern.test(digits))?.[0] ?? 'unknown';
}

export function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** Groups digits as they stand on the card: 4-6-5 for American Express and Diners, else by fours. */
export function formatCardNumber(text: string): string {
  const digits = digitsOf(text).slice(0, 19);
  const brand = brandOf(digits);
  if (brand !== 'amex' && brand !== 'diners') return digits.replace(/(.{4})(?=.)/g, '$1 ');
  return [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10, 15)].filter((group) => group !== '').join(' ');
}

/** The check digit of ISO/IEC 7812, over 12 to 19 digits. */
export function isCardNumber(text: string): boolean {
  const digits = digitsOf(text);
  if (digits.length < 12 || digits.length > 19) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** "1230" becomes "12 / 30"; a first digit above 1 is a month by itself. */
export function formatExpiry(text: string, before: string): string {
  let digits = digitsOf(text);
  // Deleting the slash means deleting the digit before it, or the field could never be emptied.
  if (text.length < before.length && before.endsWith(' / ') && digits.length === 2) return digits.slice(0, 1);
  if (/^[2-9]/.test(digits)) digits = `0${digits}`;
  if (digits.length < 2) return digits;
  // Browsers fill in "12/2030"; a year being typed has two digits.
  const year = /^20\d\d$/.test(digits.slice(2)) ? digits.slice(4) : digits.slice(2, 4);
  return `${digits.slice(0, 2)} / ${year}`;
}

export interface Expiry {
  readonly month: number;
  readonly year: number;
}

/** Reads "12 / 30"; nothing when it isn't a month and a year. */
export function readExpiry(text: string): Expiry | undefined {
  const digits = digitsOf(text);
  if (digits.length !== 4) return undefined;
  const month = Number(digits.slice(0, 2));
  return month >= 1 && month <= 12 ? { month, year: 2000 + Number(digits.slice(2)) } : undefined;
}

/** A card is good to the end of its month. */
export function isExpired({ month, year }: Expiry, today: Date): boolean {
  return year * 12 + month < today.getFullYear() * 12 + today.getMonth() + 1;
}

export function isCvc(text: string, brand: Brand): boolean {
  return new RegExp(brand === 'amex' ? '^\\d{4}$' : '^\\d{3}$').test(text);
}
