/** By what somebody who has had something is known again: by id, by address, and by a card that the processor has told of. */
import { createHash } from 'node:crypto';
import { addressWithoutAlias } from '../billing/discounts.ts';
import type { CustomerId } from '../billing/ids.ts';

/** A customer, or somebody of whom only an address is known. */
export interface Buyer {
  readonly customerId: CustomerId | null;
  readonly email: string | null;
}

export const addressHashOf = (email: string): string =>
  createHash('sha256').update(addressWithoutAlias(email)).digest('hex');

/** SQL over the row `had` of who has had it, with its `customer_id` and `address_hash`; takes `sameBuyerValues`. */
export const isSameBuyer = (had: string): string => `(
  ${had}.customer_id = ?::uuid or ${had}.address_hash = ? or exists (
    select 1 from payment_methods theirs join payment_methods own on own.fingerprint = theirs.fingerprint
    where theirs.customer_id = ${had}.customer_id and own.customer_id = ?::uuid))`;

export const sameBuyerValues = ({ customerId, email }: Buyer): (string | null)[] => [
  customerId,
  email === null ? null : addressHashOf(email),
  customerId,
];
