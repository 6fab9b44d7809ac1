/** Tax ids as they are entered, into the number and kind that are kept. */
import { checkTaxId } from '../billing/tax-ids.ts';
import { invalid } from './errors.ts';

type Loc = readonly (string | number)[];

/** Where the tax id, and the address that says in which country it is one, stand in the request. */
export interface Said {
  readonly taxId: Loc;
  readonly address: Loc;
}

/** What is known once a change is written: the number, as entered or kept, and the country of the billing address. */
export interface Given {
  readonly number: string | null;
  readonly country: string | null;
}

/** Throws a 422 where no country is known, or the number is none of its ids. */
export function taxIdFrom({ number, country }: Given, said: Said): [number: string, kind: string] | null {
  if (number === null) return null;
  if (country === null) {
    throw invalid([...said.address, 'country'], 'A tax id needs the country of the billing address.', 'missing');
  }
  const verdict = checkTaxId(number, country);
  if ('taxId' in verdict) return [...verdict.taxId];
  switch (verdict.refused) {
    case 'no_kind':
      throw invalid(said.taxId, `No tax ids of ${country} are known here; leave it out.`);
    case 'invalid':
      throw invalid(said.taxId, `This is not a valid tax id in ${country}.`);
  }
}

interface Billing {
  readonly billing_address?: { readonly country: string } | null | undefined;
  readonly tax_id?: string | null | undefined;
}

interface Billed {
  readonly billingAddress?: { readonly country: string } | null;
  readonly taxId?: readonly [string, string] | null;
}

const OF_CUSTOMERS: Said = { taxId: ['body', 'tax_id'], address: ['body', 'billing_address'] };

/** A customer's tax id after a change: checked anew where it, or the country that it belongs to, is another one. */
export function taxIdAfter(body: Billing, before: Billed): [number: string, kind: string] | null {
  const kept = before.taxId ?? null;
  const country = (body.billing_address === undefined ? before.billingAddress : body.billing_address)?.country ?? null;
  const isTouched = body.tax_id !== undefined || country !== (before.billingAddress?.country ?? null);
  if (!isTouched) return kept === null ? null : [...kept];
  const number = body.tax_id === undefined ? (kept?.[0] ?? null) : body.tax_id;
  return taxIdFrom({ number, country }, OF_CUSTOMERS);
}
