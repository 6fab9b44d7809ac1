/** What a discount takes off an order, and which orders it is for. Amounts in minor units, instants in ms since 1970. */
import { portion } from './money.ts';
import { addIntervals } from './periods.ts';

export type DiscountValue =
  /** 1 to 10,000; 10,000 is all of it. */
  | { readonly type: 'percentage'; readonly basisPoints: number }
  /** By currency, ISO 4217 in lower case; one that is not named gets nothing off. */
  | { readonly type: 'fixed'; readonly amounts: Readonly<Record<string, number>> };

export type DiscountDuration =
  | { readonly duration: 'once' }
  | { readonly duration: 'forever' }
  | { readonly duration: 'repeating'; readonly months: number };

/** What is taken off a subtotal: of the whole order, halves away from zero, never more than there is. */
export function discountOn(subtotal: number, currency: string, value: DiscountValue): number {
  if (subtotal <= 0) return 0;
  switch (value.type) {
    case 'percentage':
      return portion(subtotal, value.basisPoints, 10_000);
    case 'fixed':
      return Math.min(subtotal, value.amounts[currency.toLowerCase()] ?? 0);
  }
}

/**
 * Whether a subscription's discount is for an order of this date, when it was first used on one of `firstUsedAt` (null:
 * not yet). Months are counted from that first order: 3 of them are 3 orders of a monthly plan, and 1 of a yearly one.
 */
export function coversOrder(terms: DiscountDuration, firstUsedAt: number | null, orderAt: number): boolean {
  if (firstUsedAt === null) return true;
  switch (terms.duration) {
    case 'once':
      return false;
    case 'forever':
      return true;
    case 'repeating':
      return orderAt < addIntervals(firstUsedAt, { interval: 'month', count: terms.months }, 1);
  }
}

/**
 * When the next charge moves from one instant to another, the months that are left count from the new one: the first
 * use moves along, so that as many orders have the discount as would have had it.
 */
export function firstUseAfterMove(firstUsedAt: number, from: number, to: number): number {
  const month = { interval: 'month', count: 1 } as const;
  let used = 0;
  while (addIntervals(firstUsedAt, month, used + 1) <= from) used += 1;
  return addIntervals(to - (from - addIntervals(firstUsedAt, month, used)), month, -used);
}

/**
 * The end of a period moves that the discount was for: of its months, as many are left afterwards as were before. Where it
 * had none left at the old end, it has none at an earlier one.
 */
export function firstUseAfterMovedEnd(terms: DiscountDuration, firstUsedAt: number, from: number, to: number): number {
  if (terms.duration !== 'repeating') return firstUsedAt;
  if (coversOrder(terms, firstUsedAt, from)) return firstUseAfterMove(firstUsedAt, from, to);
  if (!coversOrder(terms, firstUsedAt, to)) return firstUsedAt;
  return addIntervals(to, { interval: 'month', count: terms.months }, -1);
}

export interface Redeemable {
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly maxRedemptions: number | null;
  readonly maxRedemptionsPerCustomer: number | null;
  /** Null: all products. */
  readonly productIds: readonly string[] | null;
}

export interface Redemption {
  readonly at: number;
  readonly productId: string;
  /** How often it was redeemed before, in all and by this customer. */
  readonly redemptions: number;
  readonly redemptionsOfCustomer: number;
}

export type DiscountRefusal = 'not_started' | 'ended' | 'other_product' | 'used_up' | 'used_up_by_customer';

/** Null where the discount may be redeemed. It holds from `startsAt` up to, not including, `endsAt`. */
export function refusalOfDiscount(discount: Redeemable, redemption: Redemption): DiscountRefusal | null {
  const { at, productId, redemptions, redemptionsOfCustomer } = redemption;
  if (discount.startsAt !== null && at < discount.startsAt) return 'not_started';
  if (discount.endsAt !== null && at >= discount.endsAt) return 'ended';
  if (discount.productIds !== null && !discount.productIds.includes(productId)) return 'other_product';
  if (discount.maxRedemptions !== null && redemptions >= discount.maxRedemptions) return 'used_up';
  const most = discount.maxRedemptionsPerCustomer;
  return most !== null && redemptionsOfCustomer >= most ? 'used_up_by_customer' : null;
}

/** Why a checkout or a subscription can't have a discount. */
export type DiscountReason = `discount_${DiscountRefusal | 'gone' | 'too_little'}`;

export const DISCOUNT_REASONS: Readonly<Record<DiscountReason, string>> = {
  discount_not_started: 'This discount has not begun yet.',
  discount_ended: 'This discount has ended.',
  discount_other_product: 'This discount is not for this product.',
  discount_used_up: 'This discount is used up.',
  discount_used_up_by_customer: 'This discount has been used as often as one customer may.',
  discount_gone: 'This discount does not exist any more.',
  discount_too_little: 'With this discount, less would be left to pay than can be charged.',
};

/** By what a customer is known again: the address without what follows a plus in its local part, in lower case. */
export function addressWithoutAlias(email: string): string {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at).split('+', 1)[0] ?? '';
  return `${local}${email.slice(at)}`.toLowerCase();
}
