/** Which currencies can be charged, and the least that can be charged in each (minor units). */
import { invalid } from './failures.ts';

const KNOWN = new Set(Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()));

/** Stripe's published minimums; where it publishes none, the smallest unit. */
const MINIMUMS: Readonly<Record<string, number>> = {
  ...{ usd: 50, aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30 },
  ...{ hkd: 400, huf: 17500, inr: 50, jpy: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200 },
  ...{ sek: 300, sgd: 50, thb: 1000 },
};
const LARGEST = 99_999_999;
/** In hundredths, none of which are taken. */
const WHOLE_ONLY: ReadonlySet<string> = new Set(['isk', 'ugx']);
const THREE_DECIMALS: ReadonlySet<string> = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** The currency as Stripe writes it, lower case. */
export function chargeable(amount: number, currency: string): string {
  const code = currency.toLowerCase();
  if (!KNOWN.has(code)) throw invalid(`Invalid currency: ${currency.slice(0, 20)}.`, 'currency');
  if (amount < 1)
    throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
  const least = MINIMUMS[code] ?? 1;
  if (amount < least) {
    throw invalid(`Amount must be at least ${written(least, code)}`, 'amount', 'amount_too_small');
  }
  if (amount > LARGEST) {
    throw invalid(`Amount must be no more than ${written(LARGEST, code)}`, 'amount', 'amount_too_large');
  }
  if (WHOLE_ONLY.has(code) && amount % 100 !== 0) {
    const why = `Currency ${code.toUpperCase()} has become effectively zero-decimal`;
    throw invalid(
      `Invalid amount. ${why} and charged amounts must be evenly divisible by 100.`,
      'amount',
      'invalid_charge_amount_no_decimal_compatible',
    );
  }
  if (THREE_DECIMALS.has(code) && amount % 10 !== 0) {
    throw invalid('Invalid amount. The last digit must be 0.', 'amount', 'parameter_invalid_integer');
  }
  return code;
}

/** For people: "$20.00", "¥500". */
export function written(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase() });
  const decimals = WHOLE_ONLY.has(currency.toLowerCase()) ? 2 : (format.resolvedOptions().maximumFractionDigits ?? 2);
  return format.format(amount / 10 ** decimals);
}
