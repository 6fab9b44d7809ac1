/** Who has redeemed a discount how often. */
import type { CheckoutId, DiscountId } from '../billing/ids.ts';
import type { EntityManager } from './orm.ts';
import { type Buyer, isSameBuyer, sameBuyerValues } from './same-buyer.ts';

export interface Redemptions {
  readonly redemptions: number;
  readonly redemptionsOfCustomer: number;
}

/** The checkout's own redemption left out. To count on it, lock the discount's row first. */
export async function redemptionsOf(
  em: EntityManager,
  discountId: DiscountId,
  buyer: Buyer,
  ownCheckout: CheckoutId | null = null,
): Promise<Redemptions> {
  const [counted]: Redemptions[] = await em.execute(
    `select count(*)::int as "redemptions", count(*) filter (where ${isSameBuyer('r')})::int as "redemptionsOfCustomer"
      from discount_redemptions r
      where r.discount_id = ? and (r.checkout_id is null or r.checkout_id is distinct from ?::uuid)`,
    [...sameBuyerValues(buyer), discountId, ownCheckout],
  );
  return counted ?? { redemptions: 0, redemptionsOfCustomer: 0 };
}
