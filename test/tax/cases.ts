/** What buyers in different places are taxed: each case holds for every provider. */
import type { TaxId, TaxPlace, TaxQuestion } from '../../tax/provider.ts';

export const AT = Date.UTC(2026, 5, 1);

export const place = (country: string, state: string | null = null, postalCode: string | null = null): TaxPlace => ({
  country,
  state,
  postalCode,
  city: null,
  line1: null,
});

export interface TaxCase {
  readonly of: string;
  readonly seller?: string | null;
  readonly registrations: readonly string[];
  readonly place: TaxPlace | null;
  readonly taxId?: TaxId;
  readonly amount?: number;
  readonly behavior?: 'inclusive' | 'exclusive';
  /** Stripe's account is one for all sellers, and the sandbox's is registered everywhere. */
  readonly tableAlone?: true;
  /** Of each jurisdiction: name, state, millionths, amount, reason if not standard. */
  readonly rates: readonly (readonly [string, string | null, number, number, string?])[];
}

const EU_VAT = (number: string): TaxId => [number, 'eu_vat'];

/** Of $100.00 on top, if nothing else is said. */
export const CASES: readonly TaxCase[] = [
  { of: 'Germany', registrations: ['EU'], place: place('DE'), rates: [['VAT', null, 190_000, 1900]] },
  { of: 'France by its own name', registrations: ['FR'], place: place('FR'), rates: [['VAT', null, 200_000, 2000]] },
  { of: 'Hungary', registrations: ['EU'], place: place('HU'), rates: [['VAT', null, 270_000, 2700]] },
  { of: 'Finland', registrations: ['EU'], place: place('FI'), rates: [['VAT', null, 255_000, 2550]] },
  { of: 'the UK', registrations: ['GB'], place: place('GB'), rates: [['VAT', null, 200_000, 2000]] },
  { of: 'Switzerland', registrations: ['CH'], place: place('CH'), rates: [['VAT', null, 81_000, 810]] },
  { of: 'Norway', registrations: ['NO'], place: place('NO'), rates: [['VAT', null, 250_000, 2500]] },
  { of: 'India', registrations: ['IN'], place: place('IN'), rates: [['GST', null, 180_000, 1800]] },
  { of: 'Australia', registrations: ['AU'], place: place('AU'), rates: [['GST', null, 100_000, 1000]] },
  { of: 'New Zealand', registrations: ['NZ'], place: place('NZ'), rates: [['GST', null, 150_000, 1500]] },
  { of: 'Singapore', registrations: ['SG'], place: place('SG'), rates: [['GST', null, 90_000, 900]] },
  { of: 'Japan', registrations: ['JP'], place: place('JP'), rates: [['Consumption tax', null, 100_000, 1000]] },
  {
    of: 'Germany, in the price',
    registrations: ['EU'],
    place: place('DE'),
    amount: 1190,
    behavior: 'inclusive',
    rates: [['VAT', null, 190_000, 190]],
  },
  {
    of: 'France, in $12.00',
    registrations: ['EU'],
    place: place('FR'),
    amount: 1200,
    behavior: 'inclusive',
    rates: [['VAT', null, 200_000, 200]],
  },
  {
    of: 'money given back',
    registrations: ['EU'],
    place: place('DE'),
    amount: -1450,
    rates: [['VAT', null, 190_000, -276]],
  },
  { of: 'nothing', registrations: ['EU'], place: place('DE'), amount: 0, rates: [['VAT', null, 190_000, 0]] },
  {
    of: 'California',
    registrations: ['US-CA'],
    place: place('US', 'CA', '94107'),
    rates: [['Sales tax', 'CA', 72_500, 725]],
  },
  {
    of: 'New York, written out',
    registrations: ['US-NY'],
    place: place('US', 'US-NY', '10001'),
    rates: [['Sales tax', 'NY', 40_000, 400]],
  },
  {
    of: 'Texas, where the seller is not registered',
    registrations: ['US-CA'],
    place: place('US', 'TX', '73301'),
    rates: [['Sales tax', 'TX', 0, 0, 'not_collecting']],
  },
  {
    of: 'Oregon, which has no such tax',
    registrations: ['US-OR'],
    place: place('US', 'OR', '97201'),
    rates: [['Sales tax', 'OR', 0, 0, 'not_subject_to_tax']],
  },
  {
    of: 'Ontario',
    registrations: ['CA'],
    place: place('CA', 'ON', 'M5V 2T6'),
    rates: [['HST', null, 130_000, 1300]],
  },
  {
    of: 'Nova Scotia',
    registrations: ['CA'],
    place: place('CA', 'NS', 'B3H 1A1'),
    rates: [['HST', null, 140_000, 1400]],
  },
  {
    of: 'Alberta',
    registrations: ['CA'],
    place: place('CA', 'AB', 'T2P 1J9'),
    rates: [['GST', null, 50_000, 500]],
  },
  {
    of: 'British Columbia, registered with both',
    registrations: ['CA', 'CA-BC'],
    place: place('CA', 'BC', 'V5K 0A1'),
    rates: [
      ['GST', null, 50_000, 500],
      ['PST', 'BC', 70_000, 700],
    ],
  },
  {
    of: 'British Columbia, registered with the country alone',
    tableAlone: true,
    registrations: ['CA'],
    place: place('CA', 'BC', 'V5K 0A1'),
    rates: [['GST', null, 50_000, 500]],
  },
  {
    of: 'Quebec',
    registrations: ['CA', 'CA-QC'],
    place: place('CA', 'QC', 'H2X 1Y4'),
    rates: [
      ['GST', null, 50_000, 500],
      ['QST', 'QC', 99_750, 998],
    ],
  },
  {
    of: 'Germany, unregistered',
    registrations: ['GB'],
    place: place('DE'),
    rates: [['VAT', null, 0, 0, 'not_collecting']],
  },
  { of: 'a place unknown', registrations: ['EU', 'GB'], place: null, rates: [] },
  {
    of: 'a French business buying from Germany',
    seller: 'DE',
    registrations: ['EU'],
    place: place('FR'),
    taxId: EU_VAT('FR40303265045'),
    rates: [['VAT', null, 0, 0, 'reverse_charge']],
  },
  {
    of: 'a German business buying from Germany',
    seller: 'DE',
    registrations: ['EU'],
    place: place('DE'),
    taxId: EU_VAT('DE136695976'),
    rates: [['VAT', null, 190_000, 1900]],
  },
  {
    of: 'a Greek business buying from the US',
    seller: 'US',
    registrations: ['EU'],
    place: place('GR'),
    taxId: EU_VAT('EL094259216'),
    rates: [['VAT', null, 0, 0, 'reverse_charge']],
  },
  {
    of: 'a German number used from France, at a German seller',
    seller: 'DE',
    registrations: ['EU'],
    place: place('FR'),
    taxId: EU_VAT('DE136695976'),
    rates: [['VAT', null, 200_000, 2000]],
  },
  {
    of: 'a British business buying from the US',
    seller: 'US',
    registrations: ['GB'],
    place: place('GB'),
    taxId: ['GB980780684', 'gb_vat'],
    rates: [['VAT', null, 0, 0, 'reverse_charge']],
  },
  {
    of: 'a British business buying from the UK',
    seller: 'GB',
    registrations: ['GB'],
    place: place('GB'),
    taxId: ['GB980780684', 'gb_vat'],
    rates: [['VAT', null, 200_000, 2000]],
  },
  {
    of: 'a British number used from Germany',
    seller: 'US',
    registrations: ['EU', 'GB'],
    place: place('DE'),
    taxId: ['GB980780684', 'gb_vat'],
    rates: [['VAT', null, 190_000, 1900]],
  },
  {
    of: 'a French business buying where the seller is registered nowhere in the Union',
    seller: 'US',
    registrations: ['US-CA'],
    place: place('FR'),
    taxId: EU_VAT('FR40303265045'),
    rates: [['VAT', null, 0, 0, 'not_collecting']],
  },
];

export function questionOf(given: TaxCase): TaxQuestion {
  return {
    seller: { country: given.seller === undefined ? 'US' : given.seller, registrations: given.registrations },
    buyer: { place: given.place, taxId: given.taxId ?? null },
    currency: 'usd',
    parts: [{ behavior: given.behavior ?? 'exclusive', amount: given.amount ?? 10_000 }],
    at: AT,
  };
}

/** The answer as the table of cases writes it. */
export function ratesOf(taxed: { rates: readonly RateLike[] } | undefined) {
  return taxed?.rates.map(({ name, state, millionths, amount, reason }) =>
    reason === 'standard_rated' ? [name, state, millionths, amount] : [name, state, millionths, amount, reason],
  );
}

interface RateLike {
  readonly name: string;
  readonly state: string | null;
  readonly millionths: number;
  readonly amount: number;
  readonly reason: string;
}
