/** What people call the parts of an address, and a business its tax id, where they live. */
import type { AddressPart } from './address.ts';

type Worded = Exclude<AddressPart, 'country'>;

const GENERAL: Readonly<Record<Worded, string>> = {
  line1: 'Address',
  line2: 'Apartment, suite, floor',
  postal_code: 'Postal code',
  city: 'City',
  state: 'Region',
};

const OWN_WORDS: Readonly<Record<string, Partial<Record<Worded, string>>>> = {
  AE: { state: 'Emirate' },
  AR: { state: 'Province' },
  AU: { postal_code: 'Postcode', city: 'Suburb or city', state: 'State' },
  BR: { postal_code: 'CEP', state: 'State' },
  CA: { state: 'Province' },
  CH: { state: 'Canton' },
  CN: { state: 'Province' },
  ES: { state: 'Province' },
  GB: { postal_code: 'Postcode', city: 'Town or city', state: 'County' },
  HK: { city: 'District', state: 'Area' },
  ID: { state: 'Province' },
  IE: { postal_code: 'Eircode', city: 'Town or city', state: 'County' },
  IN: { postal_code: 'PIN code', state: 'State' },
  IT: { state: 'Province' },
  JP: { state: 'Prefecture' },
  KR: { state: 'Province' },
  MX: { state: 'State' },
  MY: { postal_code: 'Postcode', state: 'State' },
  NG: { state: 'State' },
  NL: { postal_code: 'Postcode' },
  NZ: { postal_code: 'Postcode', city: 'Town or city' },
  PH: { postal_code: 'ZIP code', state: 'Province' },
  US: { postal_code: 'ZIP code', state: 'State' },
  ZA: { state: 'Province' },
};

export function wordFor(part: Worded, country: string): string {
  return OWN_WORDS[country]?.[part] ?? GENERAL[part];
}

const WITH_VAT =
  'AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI SK ZA AE SA BH OM'.split(
    ' ',
  );
const TAX_ID_WORDS: Readonly<Record<string, string>> = {
  AU: 'ABN',
  CA: 'GST/HST number',
  IN: 'GSTIN',
  NZ: 'GST number',
  US: 'EIN',
};

/** What a business calls its tax id there. */
export function taxIdWord(country: string): string {
  return TAX_ID_WORDS[country] ?? (WITH_VAT.includes(country) ? 'VAT number' : 'Tax id');
}
