/** What a product costs and when, in words. */
import type { Interval, Price, Product, SeatTiers } from '../api/catalog.ts';
import { formatMoney } from './money.ts';
import { unitOf } from './seats.ts';

/** "a month", "every 3 months". */
export function formatEvery(interval: Interval, count: number): string {
  return count === 1 ? `a ${interval}` : `every ${count} ${interval}s`;
}

/** "14 days", "1 month". */
export function formatSpan(interval: Interval, count: number): string {
  return `${count} ${interval}${count === 1 ? '' : 's'}`;
}

/** The price a customer pays without usage: in `currency` if there is one, else the first. */
export function staticPrice(prices: readonly Price[], currency?: string): Price | undefined {
  const standing = prices.filter((price) => !price.is_archived && price.amount_type !== 'metered_unit');
  return standing.find((price) => price.price_currency === currency) ?? standing[0];
}

/** "$10.00", "Free", "From $5.00", "$10.00 a seat"; without a price for now "Priced at checkout". */
export function formatPrice(price: Price | undefined): string {
  if (price === undefined) return 'Priced at checkout';
  if (isFree(price)) return 'Free';
  if (price.minimum_amount === 0) return 'Pay what you want';
  if (price.minimum_amount !== undefined) return `From ${formatMoney(price.minimum_amount, price.price_currency)}`;
  if (price.seat_tiers !== undefined) return formatSeat(price.seat_tiers, price.price_currency, unitOf(price).one);
  if (price.price_amount === undefined) return 'Priced at checkout';
  return formatMoney(price.price_amount, price.price_currency);
}

/** "$10.00 a seat", "From $8.00 a seat". */
function formatSeat({ tiers }: SeatTiers, currency: string, unit: string): string {
  const rates = tiers.map(({ price_per_seat: rate }) => rate);
  const rate = formatMoney(Math.min(...rates), currency);
  return new Set(rates).size === 1 ? `${rate} a ${unit}` : `From ${rate} a ${unit}`;
}

export function isFree(price: Price): boolean {
  return price.amount_type === 'free' || price.price_amount === 0;
}

/** "a month" for a subscription; nothing for a purchase or what is free. */
export function formatRhythm(product: Product, price?: Price): string {
  if (!product.is_recurring || product.recurring_interval === null) return '';
  if (price !== undefined && isFree(price)) return '';
  return formatEvery(product.recurring_interval, product.recurring_interval_count ?? 1);
}

/** "14 days free", or nothing. */
export function formatTrial(interval: Interval | null, count: number | null): string | undefined {
  return interval === null || count === null ? undefined : `${formatSpan(interval, count)} free`;
}
