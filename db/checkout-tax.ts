/** The tax of a checkout: what its buyer is shown, and then charged. It is kept in the row, and the order takes it from there. */
import { type TaxedOrder, taxedOrder } from '../billing/order-tax.ts';
import type { Line } from '../billing/orders.ts';
import { behaviorFor } from '../billing/tax.ts';
import type { TaxSheet } from '../tax/sheet.ts';
import { buyerOfCheckout } from './buyers.ts';
import { dueNow, totalsOfCheckout } from './checkout-sums.ts';
import type { CheckoutRow } from './entities/checkout.ts';
import type { CustomerRow } from './entities/customer.ts';
import { linesOf } from './lines.ts';
import type { EntityManager } from './orm.ts';
import { type PricedOrder, priceOrder } from './pricing.ts';

/** Countries whose parts have taxes of their own: where the seller collects there, the country alone says nothing. */
const REGIONAL: readonly string[] = ['US', 'CA'];

/** What of the buyer's address is to be known before the tax is: nothing, where nothing is ever charged. */
export function wantedForTax(checkout: CheckoutRow): 'country' | 'state' | null {
  const { taxRegistrations } = checkout.organization;
  if (taxRegistrations.length === 0 || dueNow(checkout) === 'free') return null;
  const { place } = buyerOfCheckout(checkout);
  if (place === null) return 'country';
  return isTaxedByState(checkout) && place.state === null && place.postalCode === null ? 'state' : null;
}

/** Whether the seller collects taxes of the states, or provinces, of the buyer's country. */
export function isTaxedByState(checkout: CheckoutRow): boolean {
  const country = buyerOfCheckout(checkout).place?.country;
  if (country === undefined || !REGIONAL.includes(country)) return false;
  const { taxRegistrations } = checkout.organization;
  return taxRegistrations.some((where) => where === country || where.startsWith(`${country}-`));
}

/** All that the tax follows from, but for the day: where that is the same, it need not be asked for again. */
export function taxBasisOf(checkout: CheckoutRow): string {
  const { price, amount, seats, currency, discountAmount, customerBillingAddress, customerIpCountry } = checkout;
  return JSON.stringify([
    ...[price.id, amount, seats, currency, discountAmount, customerBillingAddress, customerIpCountry],
    checkout.customerTaxId,
  ]);
}

/** Writes the tax into the checkout, or that it is not known yet. True where the total is another one than before. */
export async function taxCheckout(
  em: EntityManager,
  taxes: TaxSheet,
  checkout: CheckoutRow,
  at: number,
): Promise<boolean> {
  const before = totalsOfCheckout(checkout).total;
  const known = wantedForTax(checkout) === null ? await priced(em, taxes, checkout, at) : null;
  Object.assign(checkout, {
    taxAmount: known?.totals.tax ?? null,
    taxBehavior: behaviorOf(checkout),
    taxRates: known?.rates ?? [],
    taxCalculationId: known?.calculationId ?? null,
  });
  return totalsOfCheckout(checkout).total !== before;
}

function priced(em: EntityManager, taxes: TaxSheet, checkout: CheckoutRow, at: number): Promise<PricedOrder | null> {
  return priceOrder(em, taxes, {
    seller: checkout.organization,
    buyer: buyerOfCheckout(checkout),
    currency: checkout.currency,
    lines: linesOf(checkout),
    discount: checkout.discountAmount,
    at,
  });
}

function behaviorOf(checkout: CheckoutRow) {
  const { price, organization } = checkout;
  const country = buyerOfCheckout(checkout).place?.country ?? null;
  return behaviorFor(price.taxBehavior ?? organization.defaultTaxBehavior, country);
}

/** The order of what was bought, with the tax that its buyer has paid. `lines` are what `linesOf` it, or the trial's. */
export function orderOfCheckout(checkout: CheckoutRow, customer: CustomerRow, lines: readonly Line[]): PricedOrder {
  const { taxBehavior, taxAmount, taxRates, discountAmount } = checkout;
  const behavior = taxBehavior ?? behaviorOf(checkout);
  const taxable = lines.map((line) => ({ ...line, behavior }));
  const buyer = buyerOfCheckout(checkout);
  const isCharged = lines.some(({ amount }) => amount > discountAmount);
  const order: TaxedOrder = isCharged
    ? taxedOrder(taxable, discountAmount, [{ tax: taxAmount ?? 0, rates: taxRates }])
    : taxedOrder(taxable, discountAmount, []);
  return {
    ...order,
    buyer: { ...buyer, address: buyer.address ?? customer.billingAddress ?? null },
    calculationId: isCharged ? (checkout.taxCalculationId ?? null) : null,
  };
}
