/** What people call the parts of an address where they live. */
import type { AddressPart } from './address.ts';

type Worded = Exclude<AddressPart, 'country'>;

const GENERAL: Readonly<Record<Worded, string>> = {
  line1: 'Address',
  line2: 'Apartment, suite, floor',
  postal_code: 'Postal code',
  city: 'City',
  state: 'Region',
};

const OWN: Readonly<Record<string, Partial<Record<Worded, string>>>> = {
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
  return OWN[country]?.[part] ?? GENERAL[part];
}
