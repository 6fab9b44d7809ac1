/** What seats cost and how many can be bought. Amounts in minor units. */
import type { Price, SeatTiers } from '../api/catalog.ts';
import { formatMoney } from './money.ts';

const MOST_SEATS = 1000;

export interface Limits {
  readonly least: number;
  readonly most: number;
}

/** What is counted, for one and for many. */
export interface Unit {
  readonly one: string;
  readonly many: string;
}

const SEAT: Unit = { one: 'seat', many: 'seats' };

/** Of the price, within what the checkout allows. */
export function seatLimits(tiers: SeatTiers, least?: number | null, most?: number | null): Limits {
  return {
    least: Math.max(tiers.minimum_seats, least ?? 1),
    most: Math.min(tiers.maximum_seats ?? MOST_SEATS, most ?? MOST_SEATS, MOST_SEATS),
  };
}

/** What the server will say; for a page that has no checkout to ask. */
export function seatsAmount({ seat_tier_type: mode, tiers }: SeatTiers, seats: number): number {
  if (mode === 'graduated') {
    return tiers.reduce((sum, { min_seats: from, max_seats: upTo, price_per_seat: each }, index) => {
      const within = Math.min(seats, upTo ?? seats) - (index === 0 ? 0 : from - 1);
      return sum + Math.max(0, within) * each;
    }, 0);
  }
  const reached = tiers.findLast(({ min_seats: from }) => from <= seats) ?? tiers[0];
  return seats * (reached?.price_per_seat ?? 0);
}

/** "1 to 10 seats: $10.00 each", a line for each tier; nothing to say where there is but one. */
export function tierLines(
  { tiers, seat_tier_type: mode }: SeatTiers,
  currency: string,
  { many }: Unit = SEAT,
): readonly string[] {
  if (tiers.length < 2) return [];
  return tiers.map(({ min_seats: from, max_seats: upTo, price_per_seat: each }, index) => {
    const range = upTo === null || upTo === undefined ? `${from} and more` : `${from} to ${upTo}`;
    const what = mode === 'graduated' && index > 0 ? 'each of these' : 'each';
    return `${range} ${many}: ${formatMoney(each, currency)} ${what}`;
  });
}

export const unitOf = (price?: Pick<Price, 'unit_label' | 'unit_label_plural'> | null): Unit => ({
  one: price?.unit_label ?? SEAT.one,
  many: price?.unit_label_plural ?? SEAT.many,
});

export const formatSeats = (seats: number, { one, many }: Unit = SEAT): string =>
  `${seats} ${seats === 1 ? one : many}`;
