/** A checkout's discount is redeemed when Pay is pressed, and given back where nothing comes of it. */
import { randomUUID } from 'node:crypto';
import { type DiscountReason, refusalOfDiscount } from '../../billing/discounts.ts';
import type { RedemptionId } from '../../billing/ids.ts';
import { covers, redeemableOf } from '../../db/discounts.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import { Discount, DiscountRedemption, type DiscountRow } from '../../db/entities/discount.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { redemptionsOf } from '../../db/redemptions.ts';
import { addressHashOf } from '../../db/same-buyer.ts';

/** The discount that takes something off what the checkout now sells; null where it has none, or one for other things. */
export function effectiveDiscount(checkout: CheckoutRow): DiscountRow | null {
  const { discount, discountAmount, meteredPriceIds } = checkout;
  if (!discount) return null;
  // Of what is paid by use there is nothing to take it off yet.
  const isForUsage = meteredPriceIds.length > 0 && covers(discount as DiscountRow, checkout);
  return discountAmount > 0 || isForUsage ? (discount as DiscountRow) : null;
}

/**
 * Null where the attempt has its redemption, or needs none. The discount's row is locked, so that of two checkouts at
 * once the later one counts the earlier's.
 */
export async function redeem(
  em: EntityManager,
  checkout: CheckoutRow,
  customer: CustomerRow,
  at: Date,
): Promise<DiscountReason | null> {
  const discount = effectiveDiscount(checkout);
  if (discount !== null) {
    await lockRow(em, Discount, discount.id);
    const present = await em.findOneOrFail(Discount, discount.id, { populate: ['products'], refresh: true });
    if (present.deletedAt) return 'discount_gone';
    const { id: customerId, email } = customer;
    const counted = await redemptionsOf(em, discount.id, { customerId, email }, checkout.id);
    const occasion = { at: at.getTime(), productId: checkout.product.id, ...counted };
    const refusal = refusalOfDiscount(redeemableOf(present as DiscountRow), occasion);
    if (refusal !== null) return `discount_${refusal}`;
  }
  await giveBack(em, checkout);
  if (discount !== null) {
    em.create(DiscountRedemption, {
      id: randomUUID() as RedemptionId,
      createdAt: at,
      discount,
      customer,
      addressHash: addressHashOf(customer.email),
      checkoutId: checkout.id,
    });
  }
  return null;
}

export async function giveBack(em: EntityManager, { id, discount }: CheckoutRow): Promise<void> {
  if (discount) await em.nativeDelete(DiscountRedemption, { checkoutId: id });
}
