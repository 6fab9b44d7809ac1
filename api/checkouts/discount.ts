/** Which discount a checkout has: the merchant names it by id, the buyer by its code. */
import { type FilterQuery, raw } from '@mikro-orm/core';
import { chargeableIn, inSteps } from '../../billing/chargeable.ts';
import { DISCOUNT_REASONS, refusalOfDiscount } from '../../billing/discounts.ts';
import type { DiscountId } from '../../billing/ids.ts';
import { minimumCharge } from '../../billing/minimum-charge.ts';
import { refusalOfCharge } from '../../billing/processor-amounts.ts';
import { discountAmountOf, isTooLittle, totalsOfCheckout } from '../../db/checkout-sums.ts';
import { covers, isDiscountable, redeemableOf } from '../../db/discounts.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { Discount, type DiscountRow } from '../../db/entities/discount.ts';
import type { EntityManager } from '../../db/orm.ts';
import { redemptionsOf } from '../../db/redemptions.ts';
import { invalid } from '../errors.ts';
import { inUnits } from '../exports/table.ts';

/** Undefined: nothing was said of it; null takes it away. */
export interface DiscountWish {
  readonly discount_id?: string | null | undefined;
  readonly discount_code?: string | null | undefined;
}

/** What the sum that a buyer is shown follows from. */
export type Sale = Pick<CheckoutRow, 'price' | 'amount' | 'currency' | 'discount'>;

export const saleOf = ({ price, amount, currency, discount }: CheckoutRow): Sale => ({
  price,
  amount,
  currency,
  discount,
});

/**
 * To be called after all else has been written: what is taken off follows from what is sold. Where that is what was
 * `shown`, the sum stays, also when the merchant has edited the discount meanwhile: nobody pays another sum than they saw.
 * True where the discount is another one than before.
 */
export async function chooseDiscount(
  em: EntityManager,
  checkout: CheckoutRow,
  wish: DiscountWish,
  at: Date,
  shown?: Sale,
): Promise<boolean> {
  const before = checkout.discount ?? null;
  if (wish.discount_id !== undefined) checkout.discount = await byId(em, checkout, wish.discount_id, at);
  if (wish.discount_code !== undefined) checkout.discount = await byCode(em, checkout, wish.discount_code, at);
  if (shown === undefined || !isSame(shown, saleOf(checkout))) checkout.discountAmount = discountAmountOf(checkout);
  return (checkout.discount ?? null) !== before;
}

function isSame(a: Sale, b: Sale): boolean {
  const isSameDiscount = (a.discount?.id ?? null) === (b.discount?.id ?? null);
  return a.price.id === b.price.id && a.amount === b.amount && a.currency === b.currency && isSameDiscount;
}

/** It need not be for the product that is chosen now, but for one that can be. */
async function byId(
  em: EntityManager,
  checkout: CheckoutRow,
  id: string | null,
  at: Date,
): Promise<DiscountRow | null> {
  if (id === null) return null;
  const loc = ['body', 'discount_id'];
  const discount = await living(em, checkout, { id: id as DiscountId });
  if (discount === null) throw invalid(loc, 'This discount does not exist.');
  const productId = checkout.productIds.find((offered) => isFor(discount, offered)) ?? checkout.product.id;
  await refuseUnredeemable(em, checkout, discount, productId, loc, at);
  return discount;
}

async function byCode(
  em: EntityManager,
  checkout: CheckoutRow,
  code: string | null,
  at: Date,
): Promise<DiscountRow | null> {
  // Whoever takes a discount away harms nobody, and can go on where it is used up.
  if (code === null) return null;
  const loc = ['body', 'discount_code'];
  if (!checkout.allowDiscountCodes) throw invalid(loc, 'This checkout takes no discount codes.');
  const lowered = raw<string>((alias) => `lower(${alias}.code)`);
  const discount = await living(em, checkout, { [lowered]: code.toLowerCase() });
  if (discount === null) throw invalid(loc, 'There is no such discount code.');
  await refuseUnredeemable(em, checkout, discount, checkout.product.id, loc, at);
  if (!covers(discount, checkout)) throw invalid(loc, whyNot(checkout));
  return discount;
}

async function living(
  em: EntityManager,
  { organization }: CheckoutRow,
  where: FilterQuery<DiscountRow>,
): Promise<DiscountRow | null> {
  const found = await em.findOne(
    Discount,
    { $and: [where, { organization: organization.id, deletedAt: null }] },
    { populate: ['products'] },
  );
  return found as DiscountRow | null;
}

/** A first look, so that buyers hear of it early; who gets the last one is decided when they pay. */
async function refuseUnredeemable(
  em: EntityManager,
  { id, customer, customerEmail }: CheckoutRow,
  discount: DiscountRow,
  productId: string,
  loc: readonly string[],
  at: Date,
): Promise<void> {
  const redeemer = { customerId: customer?.id ?? null, email: customer?.email ?? customerEmail ?? null };
  const counted = await redemptionsOf(em, discount.id, redeemer, id);
  const refusal = refusalOfDiscount(redeemableOf(discount), { at: at.getTime(), productId, ...counted });
  if (refusal !== null) throw invalid(loc, DISCOUNT_REASONS[`discount_${refusal}`]);
}

function isFor(discount: DiscountRow, productId: string): boolean {
  const products = discount.products.getItems();
  return products.length === 0 || products.some(({ id }) => id === productId);
}

function whyNot({ price, currency }: CheckoutRow): string {
  return isDiscountable(price)
    ? `This discount is not for prices in ${currency.toUpperCase()}.`
    : 'Nothing can be taken off this price.';
}

/** Once the tax is known, too: too little, or too much. */
export function refuseUnchargeable(checkout: CheckoutRow, wish: DiscountWish): void {
  const { currency } = checkout;
  const { total } = totalsOfCheckout(checkout);
  const unchargeable = refusalOfCharge(inSteps(total, chargeableIn(currency)), currency);
  if (unchargeable !== null) throw invalid(['body'], unchargeable.message);
  if (!isTooLittle(checkout)) return;
  const units = (amount: number) => `${inUnits(amount, currency)} ${currency.toUpperCase()}`;
  const field = ['discount_code', 'discount_id'].find((name) => wish[name as keyof DiscountWish]);
  throw invalid(
    field ? ['body', field] : ['body'],
    `With this discount ${units(total)} would be left to pay; the least that can be charged is ${units(minimumCharge(currency))}.`,
  );
}
