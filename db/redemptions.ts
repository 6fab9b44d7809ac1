/** Who has redeemed a discount how often. */
import { createHash } from 'node:crypto';
import { addressWithoutAlias } from '../billing/discounts.ts';
import type { CheckoutId, CustomerId, DiscountId } from '../billing/ids.ts';
import type { EntityManager } from './orm.ts';

/** A customer, or somebody of whom only an address is known. */
export interface Redeemer {
  readonly customerId: CustomerId | null;
  readonly email: string | null;
}

export interface Redemptions {
  readonly redemptions: number;
  readonly redemptionsOfCustomer: number;
}

export const addressHashOf = (email: string): string =>
  createHash('sha256').update(addressWithoutAlias(email)).digest('hex');

/**
 * The checkout's own redemption left out. A customer is known again by id, by address, and by a card that the processor
 * has told of. To count on it, lock the discount's row first.
 */
export async function redemptionsOf(
  em: EntityManager,
  discountId: DiscountId,
  { customerId, email }: Redeemer,
  ownCheckout: CheckoutId | null = null,
): Promise<Redemptions> {
  const [counted]: Redemptions[] = await em.execute(
    `select count(*)::int as "redemptions", count(*) filter (where
        r.customer_id = ?::uuid or r.address_hash = ? or exists (
          select 1 from payment_methods theirs join payment_methods own on own.fingerprint = theirs.fingerprint
          where theirs.customer_id = r.customer_id and own.customer_id = ?::uuid)
      )::int as "redemptionsOfCustomer"
      from discount_redemptions r
      where r.discount_id = ? and (r.checkout_id is null or r.checkout_id is distinct from ?::uuid)`,
    [customerId, email === null ? null : addressHashOf(email), customerId, discountId, ownCheckout],
  );
  return counted ?? { redemptions: 0, redemptionsOfCustomer: 0 };
}
