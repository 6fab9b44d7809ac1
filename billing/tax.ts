/** What an order's tax comes to, and whether it is part of the price or added to it. Amounts in minor units. */
import { portion, split } from './money.ts';

/** What a price or an organization says; `location`: as the buyer's country is used to it. */
export type TaxBehavior = 'location' | 'inclusive' | 'exclusive';

/** What holds for one buyer. */
export type AppliedBehavior = Exclude<TaxBehavior, 'location'>;

/** Where prices are shown without the tax that is added at the till. */
const EXCLUSIVE_COUNTRIES: readonly string[] = ['US', 'CA', 'IN'];

/** `country` is the buyer's, ISO 3166-1; null: not known yet. */
export function behaviorFor(behavior: TaxBehavior, country: string | null): AppliedBehavior {
  if (behavior !== 'location') return behavior;
  return country !== null && EXCLUSIVE_COUNTRIES.includes(country) ? 'exclusive' : 'inclusive';
}

/** Why a tax is what it is. */
export type TaxReason =
  | 'standard_rated'
  /** A business in another country than the seller accounts for the tax itself. */
  | 'reverse_charge'
  /** The seller is not registered there. */
  | 'not_collecting'
  /** Nothing is taxed there. */
  | 'not_subject_to_tax'
  | 'exempt';

/** One tax of one jurisdiction. */
export interface TaxRate {
  /** ISO 3166-1. */
  readonly country: string;
  /** ISO 3166-2 without the country, where the tax is the state's. */
  readonly state: string | null;
  /** As invoices call it: VAT, GST, Sales tax. */
  readonly name: string;
  /** In millionths: 20 % is 200,000. */
  readonly millionths: number;
  readonly reason: TaxReason;
}

export interface TaxedRate extends TaxRate {
  readonly amount: number;
}

/** As it stands on an order, whose lines may differ in this. */
export interface AppliedRate extends TaxedRate {
  readonly behavior: AppliedBehavior;
}

/** What is known of where the buyer is, ISO 3166-1; sales within the European Union are to have two proofs of it. */
export interface PlaceEvidence {
  readonly billing: string | null;
  readonly ip: string | null;
  readonly card: string | null;
}

export interface Taxed {
  readonly tax: number;
  readonly rates: readonly TaxedRate[];
}

const WHOLE = 1_000_000;

/**
 * The tax in `amount`, or on top of it, rounded once half away from zero; the jurisdictions' shares sum to it. What is
 * given back (below 0) gives its tax back with it.
 */
export function taxOn(amount: number, behavior: AppliedBehavior, rates: readonly TaxRate[]): Taxed {
  const together = rates.reduce((sum, { millionths }) => sum + millionths, 0);
  const tax = portion(amount, together, behavior === 'inclusive' ? WHOLE + together : WHOLE);
  const shares =
    together === 0
      ? rates.map(() => 0)
      : split(
          tax,
          rates.map(({ millionths }) => millionths),
        );
  return { tax, rates: rates.map((rate, i) => ({ ...rate, amount: shares[i] ?? 0 })) };
}
