/** Addresses as they are entered: states of the US and Canada are written one way, `US-NY`, and must exist. */
import { writtenState } from '../billing/address-forms.ts';
import { invalid } from './errors.ts';

interface Entered {
  readonly country: string;
  readonly state?: string | null | undefined;
}

/** `loc` is where the address stands in the request. Throws a 422. */
export function addressFrom<A extends Entered>(address: A, loc: readonly (string | number)[]): A {
  if (!address.state) return address;
  const state = writtenState(address.country, address.state);
  if (state === null) {
    throw invalid(
      [...loc, 'state'],
      `There is no such state in ${address.country}; write it like \`${EXAMPLES[address.country]}\`.`,
    );
  }
  return { ...address, state };
}

const EXAMPLES: Readonly<Record<string, string>> = { US: 'US-NY', CA: 'CA-ON' };
