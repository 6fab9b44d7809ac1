/** What a checkout comes to, and what its buyer is asked for: the same for the view, the payment and the order. */
import { discountOn } from '../billing/discounts.ts';
import { minimumCharge } from '../billing/minimum-charge.ts';
import { type Totals, totalsOf } from '../billing/orders.ts';
import { activeTrial, type TrialTerms } from '../billing/trials.ts';
import { covers, discountValueOf } from './discounts.ts';
import type { CheckoutRow } from './entities/checkout.ts';

/** What the checkout's discount takes off its amount as it now is. */
export function discountAmountOf(checkout: CheckoutRow): number {
  const { discount, amount, currency } = checkout;
  return discount && covers(discount, checkout) ? discountOn(amount, currency, discountValueOf(discount)) : 0;
}

/** What the buyer is shown, and pays unless a trial comes first. */
export function totalsOfCheckout(checkout: CheckoutRow): Totals {
  const { product, price, amount, discountAmount, taxBehavior } = checkout;
  const line = { label: product.name, amount, priceId: price.id, proration: false };
  const tax = checkout.taxAmount ?? 0;
  return totalsOf([line], { discount: discountAmount, tax, includedTax: taxBehavior === 'inclusive' ? tax : 0 });
}

/** Whether the discount leaves something to pay, but less than the processor takes. */
export function isTooLittle(checkout: CheckoutRow): boolean {
  const { total } = totalsOfCheckout(checkout);
  return checkout.discountAmount > 0 && total > 0 && total < minimumCharge(checkout.currency);
}

/** What costs nothing anyway has no trial, and neither has what its buyer is subscribed to already. */
export function trialOf(checkout: CheckoutRow): TrialTerms | null {
  return isForNothing(checkout) || checkout.upgradeOf ? null : activeTrial(checkout, checkout.product);
}

/** Neither now nor by use. */
const isForNothing = ({ amount, meteredPriceIds }: CheckoutRow): boolean =>
  amount === 0 && meteredPriceIds.length === 0;

/** Money now, a card for later, or neither: a card is wanted wherever something may ever be charged. */
export function dueNow(checkout: CheckoutRow): 'free' | 'payment' | 'setup' {
  if (isForNothing(checkout) || isForeverFree(checkout)) return 'free';
  if (trialOf(checkout) !== null) return 'setup';
  if (totalsOfCheckout(checkout).total > 0) return 'payment';
  return checkout.product.recurringInterval ? 'setup' : 'free';
}

/** The same once the customer's balance has paid its part. A subscription wants a card for its renewals all the same. */
export function askedNow(checkout: CheckoutRow): ReturnType<typeof dueNow> {
  const due = dueNow(checkout);
  if (due !== 'payment' || chargedNow(checkout) > 0) return due;
  return checkout.product.recurringInterval ? 'setup' : 'free';
}

/** What the card is charged with now. */
export function chargedNow(checkout: CheckoutRow): number {
  return dueNow(checkout) === 'payment' ? totalsOfCheckout(checkout).total + checkout.appliedBalanceAmount : 0;
}

/** All of each order is taken off, for good. */
function isForeverFree(checkout: CheckoutRow): boolean {
  const { discount } = checkout;
  if (!discount || !covers(discount, checkout)) return false;
  return discount.duration === 'forever' && discount.type === 'percentage' && discount.basisPoints === 10_000;
}
