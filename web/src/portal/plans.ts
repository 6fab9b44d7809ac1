/** What a subscription can become: the shop's other plans, and what one costs with these seats. */
import type { Price, Product } from '../api/catalog.ts';
import type { Shop } from '../api/organizations.ts';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatMoney } from '../format/money.ts';
import { formatSeats, seatsAmount, unitOf } from '../format/seats.ts';
import { formatEvery, isFree, staticPrice } from '../format/terms.ts';

/** What is on offer as the one it is now: in its currency, for as many seats, at a price that nobody has to name. */
export function plansFor(subscription: Subscription, { products }: Shop): readonly Product[] {
  const isBySeat = subscription.seats !== null && subscription.seats !== undefined;
  return products.filter((product) => {
    const price = priceIn(product, subscription.currency);
    if (!product.is_recurring || price === undefined || price.minimum_amount !== undefined) return false;
    return product.id !== subscription.product.id && (!isBySeat || price.seat_tiers !== undefined);
  });
}

export function priceIn(product: Product, currency: string): Price | undefined {
  const price = staticPrice(product.prices, currency);
  return price?.price_currency === currency ? price : undefined;
}

/** "$20.00 a month", "$75.00 a month for 5 seats": before discount and tax. */
export function termsOf(product: Product, price: Price, seats: number | null): string {
  if (isFree(price)) return 'free';
  const count = seats ?? price.seat_tiers?.minimum_seats ?? 1;
  const amount = price.seat_tiers === undefined ? (price.price_amount ?? 0) : seatsAmount(price.seat_tiers, count);
  const every = formatEvery(product.recurring_interval ?? 'month', product.recurring_interval_count ?? 1);
  const whole = `${formatMoney(amount, price.price_currency)} ${every}`;
  return price.seat_tiers === undefined ? whole : `${whole} for ${formatSeats(count, unitOf(price))}`;
}
