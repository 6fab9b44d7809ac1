/**
 * Amounts as the processor counts them, which isn't always in the currency's own minor units: only at its border.
 * https://docs.stripe.com/currencies#special-cases
 */
import { LARGEST_CHARGE, portion, written } from './money.ts';

/** Without decimals by ISO 4217, but in hundredths there: 5 ISK are 500. */
const IN_HUNDREDTHS: ReadonlySet<string> = new Set(['isk', 'ugx']);
/** With three decimals, of which the last is 0. */
const IN_TENS: ReadonlySet<string> = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** In which amounts can be charged, in the currency's own minor units. */
export const stepOf = (currency: string): number => (IN_TENS.has(currency.toLowerCase()) ? 10 : 1);

const factorOf = (currency: string): number => (IN_HUNDREDTHS.has(currency.toLowerCase()) ? 100 : 1);

export const toProcessor = (amount: number, currency: string): number => amount * factorOf(currency);

/** Its fees may have a part of the smallest unit. */
export const fromProcessor = (amount: number, currency: string): number => portion(amount, 1, factorOf(currency));

interface Counted {
  readonly amount: number;
  readonly currency: string;
}

/**
 * What was kept of a charge, in the charge's own minor units. All given as the processor counts. Where it settles in another
 * currency, the fee is in that one, and is turned back as the charge was turned: in the proportion of its two amounts, whole
 * numbers where the stated rate is a fraction. Rounded once, half away from zero. Null: nothing was settled.
 */
export function feeOfCharge(charge: Counted, settled: Counted & { readonly fee: number }): number | null {
  if (settled.currency === charge.currency) return fromProcessor(settled.fee, charge.currency);
  if (settled.amount <= 0) return null;
  return portion(settled.fee, charge.amount, settled.amount * factorOf(charge.currency));
}

/** The most that can be charged at once, in the currency's own minor units: 999,999.99 of one with cents. */
export const largestCharge = (currency: string): number => {
  const most = Math.floor(LARGEST_CHARGE / factorOf(currency));
  return most - (most % stepOf(currency));
};

export interface Unchargeable {
  readonly reason: 'amount_too_large' | 'amount_not_in_tens';
  readonly message: string;
}

/** Why an amount, taxes and all, can't be charged; null: it can, or is for others to say. */
export function refusalOfCharge(amount: number, currency: string): Unchargeable | null {
  const most = largestCharge(currency);
  if (amount > most) {
    const message = `It comes to ${written(amount, currency)}; the most that can be charged at once is ${written(most, currency)}.`;
    return { reason: 'amount_too_large', message };
  }
  if (amount % stepOf(currency) !== 0) {
    const message = `It comes to ${written(amount, currency)}; cards take ${currency.toUpperCase()} with two decimals only.`;
    return { reason: 'amount_not_in_tens', message };
  }
  return null;
}
