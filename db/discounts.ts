/** Discounts as the rules know them. */
import type { DiscountDuration, DiscountValue, Redeemable } from '../billing/discounts.ts';
import type { CheckoutRow } from './entities/checkout.ts';
import type { DiscountRow } from './entities/discount.ts';
import type { PriceRow } from './entities/price.ts';

export function discountValueOf({ type, basisPoints, amounts }: DiscountRow): DiscountValue {
  return type === 'percentage' ? { type, basisPoints: basisPoints ?? 0 } : { type, amounts: amounts ?? {} };
}

export function discountDurationOf({ duration, durationInMonths }: DiscountRow): DiscountDuration {
  return duration === 'repeating' ? { duration, months: durationInMonths ?? 0 } : { duration };
}

/** For a discount whose products are loaded. */
export function redeemableOf(row: DiscountRow): Redeemable {
  const products = row.products.getItems().map(({ id }) => id);
  return {
    startsAt: row.startsAt?.getTime() ?? null,
    endsAt: row.endsAt?.getTime() ?? null,
    maxRedemptions: row.maxRedemptions ?? null,
    maxRedemptionsPerCustomer: row.maxRedemptionsPerCustomer ?? null,
    productIds: products.length === 0 ? null : products,
  };
}

/** The buyer's own sum is theirs to say, and nothing is not taken off. */
const UNDISCOUNTED: ReadonlySet<string> = new Set(['custom', 'free']);

export function isDiscountable(price: Pick<PriceRow, 'amountType'>): boolean {
  return !UNDISCOUNTED.has(price.amountType);
}

/** Whether the discount, whose products are loaded, is for what a checkout sells in this currency. */
export function covers(
  discount: DiscountRow,
  { product, price, currency }: Pick<CheckoutRow, 'product' | 'price' | 'currency'>,
): boolean {
  const products = discount.products.getItems();
  return (
    isDiscountable(price) &&
    (products.length === 0 || products.some(({ id }) => id === product.id)) &&
    (discount.type === 'percentage' || discount.amounts?.[currency] !== undefined)
  );
}
