/** Tax ids of businesses: which kind a number is in a country, checked by its checksum where there is one. */
import { stdnum } from 'stdnum';
import { type Check, KINDS } from './tax-id-kinds.ts';
import { EU_MEMBERS } from './tax-places.ts';

export type CheckedTaxId = readonly [number: string, kind: string];

/** A number as it is kept, or why it isn't one: no kind is known in this country, or it fits none of those known. */
export type TaxIdVerdict = { readonly taxId: CheckedTaxId } | { readonly refused: 'no_kind' | 'invalid' };

/** `country` is that of the business's address, ISO 3166-1. Of several kinds, the first that fits. */
export function checkTaxId(given: string, country: string): TaxIdVerdict {
  const number = given.toUpperCase().replace(/[\s.\-/]/g, '');
  const vat = EU_MEMBERS.has(country) ? unionVat(number, country) : country === 'GB' ? britishVat(number) : null;
  if (vat !== null) return { taxId: vat };
  const kinds = Object.entries(KINDS[country] ?? {});
  for (const [kind, check] of kinds) {
    const kept = checked(check, number);
    if (kept !== null) return { taxId: [kept, kind] };
  }
  return { refused: kinds.length > 0 || EU_MEMBERS.has(country) || country === 'GB' ? 'invalid' : 'no_kind' };
}

/** The number with its kind, or null, for what has been let in before. */
export function taxIdOf(given: string | null, country: string | null): [number: string, kind: string] | null {
  if (given === null || country === null) return null;
  const verdict = checkTaxId(given, country);
  return 'taxId' in verdict ? [...verdict.taxId] : null;
}

/** The validators of the Union's VAT ids, as the package names them. */
const VAT: Readonly<Record<string, string>> = {
  ...{ AT: 'uid', BE: 'vat', BG: 'vat', CY: 'vat', CZ: 'dic', DE: 'vat', DK: 'cvr', EE: 'kmkr', ES: 'nif', FI: 'alv' },
  ...{ FR: 'tva', GR: 'vat', HR: 'oib', HU: 'anum', IE: 'vat', IT: 'iva', LT: 'pvm', LU: 'tva', LV: 'pvn', MT: 'vat' },
  ...{ NL: 'btw', PL: 'nip', PT: 'nif', RO: 'cif', SE: 'vat', SI: 'ddv', SK: 'dph' },
};

/** Of any member state where it says which; else of the business's own. Greece writes EL. */
function unionVat(number: string, country: string): CheckedTaxId | null {
  const prefix = number.slice(0, 2) === 'EL' ? 'GR' : number.slice(0, 2);
  if (EU_MEMBERS.has(prefix)) {
    const digits = checked({ in: prefix, by: VAT[prefix] ?? '' }, number.slice(2));
    if (digits !== null) return [`${number.slice(0, 2).replace('GR', 'EL')}${digits}`, 'eu_vat'];
  }
  const digits = checked({ in: country, by: VAT[country] ?? '' }, number);
  return digits === null ? null : [`${country === 'GR' ? 'EL' : country}${digits}`, 'eu_vat'];
}

/** Northern Ireland's begin with XI and count as the Union's. */
function britishVat(number: string): CheckedTaxId | null {
  const prefix = /^(GB|XI)/.exec(number)?.[0] ?? '';
  const digits = checked({ in: 'GB', by: 'vat' }, number.slice(prefix.length));
  if (digits === null) return null;
  return prefix === 'XI' ? [`XI${digits}`, 'eu_vat'] : [`GB${digits}`, 'gb_vat'];
}

function checked(check: Check, number: string): string | null {
  if (check instanceof RegExp) return check.test(number) ? number : null;
  const { with: prefix = '', after = '' } = check;
  const bare = prefix !== '' && number.startsWith(prefix) ? number.slice(prefix.length) : number;
  const asked = bare.endsWith(after) ? bare : `${bare}${after}`;
  const verdict = stdnum[check.in]?.[check.by]?.validate(asked);
  return verdict?.isValid === true ? `${prefix}${verdict.compact}` : null;
}
