/** Which parts an address has in a country, and without which an invoice can't be addressed there. */
import { iso31662 } from 'iso-3166';
import { formatAddress } from 'localized-address-format';

export type AddressPart = 'country' | 'state' | 'city' | 'postal_code' | 'line1' | 'line2';

/** As the API says of each part of a checkout's address. */
export type PartMode = 'required' | 'optional' | 'disabled';

export type AddressForm = Readonly<Record<AddressPart, PartMode>>;

/** Where a state or province is a part of every address. */
const WITH_STATE: ReadonlySet<string> = new Set(['AE', 'AU', 'BR', 'CA', 'CN', 'IN', 'JP', 'MX', 'US']);

/** Where there are postal codes, but people do without. */
const CODE_OPTIONAL: ReadonlySet<string> = new Set(
  'AF AG AI AR BB BH CL CO CR DO EC EG GT HN ID IE IQ JM JO KE KW LB LK MM MZ NG NP OM PA PE PY SV UY VE VN ZM'.split(
    ' ',
  ),
);

/** Whose taxes hang on the state, and in the US on the postal code: asked of whoever pays there. */
const TAXED_BY_PLACE: Readonly<Record<string, readonly AddressPart[]>> = {
  US: ['state', 'postal_code'],
  CA: ['state', 'postal_code'],
};

export interface AddressWanted {
  /** Money is due, now or later. */
  readonly isPaid: boolean;
  /** The merchant wants the whole address, or a business needs it on its invoice. */
  readonly isWhole: boolean;
}

/** The form for a checkout; with no country said yet, as in most of the world. */
export function addressForm(country: string | null, { isPaid, isWhole }: AddressWanted): AddressForm {
  const taxed = isPaid && country !== null ? (TAXED_BY_PLACE[country] ?? []) : [];
  const mode = (part: AddressPart): PartMode => {
    if (taxed.includes(part)) return 'required';
    return isWhole ? modeOf(country, part) : 'disabled';
  };
  return {
    country: isPaid || isWhole ? 'required' : 'optional',
    state: mode('state'),
    city: mode('city'),
    postal_code: mode('postal_code'),
    line1: mode('line1'),
    line2: mode('line2'),
  };
}

/** What is required and not there. */
export function missingParts(
  form: AddressForm,
  address: Readonly<Partial<Record<AddressPart, string | null | undefined>>> | null,
): AddressPart[] {
  const parts: AddressPart[] = ['country', 'line1', 'city', 'state', 'postal_code'];
  return parts.filter((part) => form[part] === 'required' && !address?.[part]);
}

/** In a whole address. */
function modeOf(country: string | null, part: AddressPart): PartMode {
  switch (part) {
    case 'country':
    case 'line1':
      return 'required';
    case 'line2':
      return 'optional';
    case 'state':
      if (country !== null && WITH_STATE.has(country)) return 'required';
      return country === null || hasPart(country, part) ? 'optional' : 'disabled';
    case 'city':
      return country === null || hasPart(country, part) ? 'required' : 'optional';
    case 'postal_code':
      if (country === null) return 'required';
      if (!hasPart(country, part)) return 'optional';
      return CODE_OPTIONAL.has(country) ? 'optional' : 'required';
  }
}

/** Whether the country's post writes it: in an address of marks, those of the parts it uses are left. */
function hasPart(country: string, part: 'state' | 'city' | 'postal_code'): boolean {
  const marked = {
    postalCountry: country,
    administrativeArea: '<state>',
    locality: '<city>',
    postalCode: '<postal_code>',
  };
  return formatAddress(marked).some((line) => line.includes(`<${part}>`));
}

/** Of the US and Canada, which the tax follows: `NY` for New York. */
const STATES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.keys(TAXED_BY_PLACE).map((country) => [
    country,
    new Set(iso31662.flatMap(({ code }) => (code.startsWith(`${country}-`) ? code.slice(3) : []))),
  ]),
);

/** The military's, which the post delivers to like states. */
const POST_OFFICES: ReadonlySet<string> = new Set(['AA', 'AE', 'AP']);

/** `us-ny` and `NY` as `US-NY`; null: no such state. Elsewhere what was written. */
export function writtenState(country: string, state: string): string | null {
  const states = STATES.get(country);
  if (states === undefined) return state;
  const code = state.trim().toUpperCase().replace(`${country}-`, '');
  return states.has(code) || (country === 'US' && POST_OFFICES.has(code)) ? `${country}-${code}` : null;
}
