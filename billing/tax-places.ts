/** Where a seller collects taxes, and where a buyer's business accounts for the tax itself. */
import { writtenState } from './address-forms.ts';

/** Member states of the European Union, ISO 3166-1: one registration, the one-stop shop, is good for them all. */
export const EU_MEMBERS: ReadonlySet<string> = new Set(
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
);

/** Parts of countries that have a tax of their own, with a registration of its own, besides the states of the US. */
const TAXING_PARTS: ReadonlySet<string> = new Set(['CA-BC', 'CA-MB', 'CA-QC', 'CA-SK', 'ES-GC', 'ES-TF']);

/** Why a seller can't be registered there; null: they can. `countries` are all that there are. */
export function refusalOfRegistration(place: string, countries: ReadonlySet<string>): string | null {
  if (place === 'EU' || TAXING_PARTS.has(place)) return null;
  if (place === 'US') return 'Taxes are the states’ in the US: name each, such as `US-CA`.';
  if (place.startsWith('US-')) return writtenState('US', place) === place ? null : 'There is no such state in the US.';
  if (countries.has(place)) return null;
  return place.includes('-') ? 'No tax of its own is known of this part of a country.' : 'There is no such country.';
}

/** Parts of Spain where the Union's VAT doesn't reach: Ceuta, Melilla, and the two provinces of the Canaries. */
const OUTSIDE_VAT: ReadonlySet<string> = new Set(['ES-CE', 'ES-ML', 'ES-GC', 'ES-TF']);

export const isOutsideVat = (country: string, state: string | null): boolean =>
  state !== null && OUTSIDE_VAT.has(`${country}-${state}`);

/** For VAT, Monaco is France and the Isle of Man is the United Kingdom. */
const TAXED_WITH: Readonly<Record<string, string>> = { MC: 'FR', IM: 'GB' };

const taxedAs = (country: string): string => TAXED_WITH[country] ?? country;

/**
 * Whether the seller collects a tax of this country, or of this state where the tax is the state's. `registrations` are
 * countries, states (`US-CA`), and `EU`.
 */
export function collects(registrations: readonly string[], country: string, taxingState: string | null): boolean {
  if (taxingState !== null) return registrations.includes(`${country}-${taxingState}`);
  const taxing = taxedAs(country);
  return registrations.includes(taxing) || (EU_MEMBERS.has(taxing) && registrations.includes('EU'));
}

/** What the rule asks of a sale; ids are checked by then. */
export interface BusinessSale {
  readonly sellerCountry: string | null;
  readonly registrations: readonly string[];
  readonly buyerCountry: string;
  readonly buyerState: string | null;
  readonly taxId: readonly [number: string, kind: string] | null;
}

/**
 * A business in the EU or the UK, known by its VAT id, that buys from another country accounts for the VAT itself. That
 * is for sellers registered in that territory to say; others collect nothing there anyway.
 */
export function isReverseCharge(sale: BusinessSale): boolean {
  const { registrations, taxId } = sale;
  if (taxId === null || sale.sellerCountry === null) return false;
  const [sellerCountry, buyerCountry] = [taxedAs(sale.sellerCountry), taxedAs(sale.buyerCountry)];
  if (sellerCountry === buyerCountry) return false;
  const [number, kind] = taxId;
  const idCountry = kind === 'eu_vat' ? vatCountry(number) : kind === 'gb_vat' ? 'GB' : null;
  if (idCountry === null || idCountry === sellerCountry) return false;
  if (buyerCountry === 'GB') return idCountry === 'GB' && registrations.includes('GB');
  if (!EU_MEMBERS.has(buyerCountry) || isOutsideVat(buyerCountry, sale.buyerState)) return false;
  return EU_MEMBERS.has(idCountry) && registrations.some((place) => place === 'EU' || EU_MEMBERS.has(place));
}

/** Whose VAT id it is. Greece's begin with EL; Northern Ireland's with XI, where services are the UK's to tax. */
function vatCountry(number: string): string {
  const prefix = number.slice(0, 2);
  if (prefix === 'EL') return 'GR';
  return prefix === 'XI' ? 'GB' : prefix;
}

/** `US-CA`, `us-ca` and `CA`, as addresses have it, are `CA`. What isn't a code stays as it is. */
export function stateCode(country: string, state: string | null): string | null {
  if (state === null || state.trim() === '') return null;
  const code = state.trim().toUpperCase();
  return code.startsWith(`${country}-`) ? code.slice(country.length + 1) : code;
}
