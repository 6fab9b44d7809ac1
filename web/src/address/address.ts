/** An address while it is being typed, and what the API receives of it. */
import type { Address } from '../api/catalog.ts';
import type { AddressModes } from '../api/checkouts.ts';
import { likelyCountry } from './countries.ts';

export type AddressPart = keyof AddressModes;
export type AddressDraft = Readonly<Record<AddressPart, string>>;

export const ADDRESS_PARTS: readonly AddressPart[] = ['country', 'line1', 'line2', 'postal_code', 'city', 'state'];

export function draftOf(address: Address | null): AddressDraft {
  return {
    country: address?.country ?? likelyCountry(),
    line1: address?.line1 ?? '',
    line2: address?.line2 ?? '',
    postal_code: address?.postal_code ?? '',
    city: address?.city ?? '',
    state: address?.state ?? '',
  };
}

/** The address to send: only the parts asked for; nothing without a country. */
export function addressOf(draft: AddressDraft, modes: AddressModes): Address | undefined {
  if (draft.country === '' || modes.country === 'disabled') return undefined;
  const part = (name: AddressPart) =>
    modes[name] === 'disabled' || draft[name].trim() === '' ? null : draft[name].trim();
  return {
    country: draft.country,
    line1: part('line1'),
    line2: part('line2'),
    postal_code: part('postal_code'),
    city: part('city'),
    state: part('state'),
  };
}

/** The required parts that are still empty. */
export function missingParts(draft: AddressDraft, modes: AddressModes): readonly AddressPart[] {
  return ADDRESS_PARTS.filter((name) => modes[name] === 'required' && draft[name].trim() === '');
}
