/** What a price comes to, for how much it can be bought, and in which currency. Amounts in minor units. */
import { currencyOf } from './countries.ts';
import type { MeterId } from './ids.ts';
import type { MeteredTerms } from './metered.ts';
import { minimumCharge } from './minimum-charge.ts';
import { LARGEST_CHARGE, written } from './money.ts';
import { largestCharge, refusalOfCharge } from './processor-amounts.ts';
import { MOST_SEATS, quantityLimits, refusalOfTiers, type TieredPrice, tieredAmount } from './tiers.ts';
import { counted, pluralOf } from './units.ts';

/** What a product is sold at. All but metered prices are paid in advance. */
export type PriceTerms =
  | { readonly kind: 'free' }
  | { readonly kind: 'fixed'; readonly amount: number }
  | CustomPrice
  | SeatPrice
  | MeteredPrice;

/** The buyer says how much. A minimum of 0 lets them have it for nothing. */
export interface CustomPrice {
  readonly kind: 'custom';
  readonly minimum: number;
  /** Null: as much as can be charged. */
  readonly maximum: number | null;
  /** What the form begins with; null: the minimum. */
  readonly preset: number | null;
}

export type SeatPrice = {
  readonly kind: 'seat_based';
  /** What is counted in the place of seats: "project". */
  readonly unit: string | null;
} & TieredPrice;

/** By what was used, once it was: nothing in advance. */
export interface MeteredPrice extends MeteredTerms {
  readonly kind: 'metered_unit';
  readonly meterId: MeterId;
}

/** How much is bought: each kind of price looks at what it is about. */
export interface Quantity {
  /** What the buyer pays of their own accord. */
  readonly amount: number | null;
  readonly seats: number | null;
}

/** Of a checkout, within those of the price. */
export interface SeatLimits {
  readonly least: number | null;
  readonly most: number | null;
}

export const NO_SEAT_LIMITS: SeatLimits = { least: null, most: null };

export interface Wrong {
  readonly field: 'amount' | 'seats' | 'minimum' | 'maximum' | 'preset' | 'tiers';
  readonly reason: string;
}

export function amountOf(price: PriceTerms, { amount, seats }: Quantity): number {
  switch (price.kind) {
    case 'free':
    case 'metered_unit':
      return 0;
    case 'fixed':
      return price.amount;
    case 'custom':
      return amount ?? presetOf(price);
    case 'seat_based':
      return tieredAmount(price, seats ?? quantityLimits(price.tiers).least);
  }
}

/** What can be bought at least and at most, in minor units for a custom price and in seats for a seat-based one. */
export function limitsOf(price: CustomPrice | SeatPrice, seats: SeatLimits = NO_SEAT_LIMITS): Limits {
  switch (price.kind) {
    case 'custom':
      return { least: price.minimum, most: price.maximum ?? LARGEST_CHARGE };
    case 'seat_based': {
      const { least, most } = quantityLimits(price.tiers);
      return {
        least: Math.max(least, seats.least ?? least),
        most: Math.min(most, seats.most ?? most, MOST_SEATS),
      };
    }
  }
}

export interface Limits {
  readonly least: number;
  readonly most: number;
}

/** What a checkout begins with. */
export function presetQuantity(price: PriceTerms, seats: SeatLimits = NO_SEAT_LIMITS): Quantity {
  switch (price.kind) {
    case 'free':
    case 'fixed':
    case 'metered_unit':
      return { amount: null, seats: null };
    case 'custom':
      return { amount: presetOf(price), seats: null };
    case 'seat_based':
      return { amount: null, seats: limitsOf(price, seats).least };
  }
}

const presetOf = ({ preset, minimum }: CustomPrice): number => preset ?? minimum;

/** Why this much can't be bought; null where it can. */
export function refusalOfQuantity(
  price: PriceTerms,
  currency: string,
  quantity: Quantity,
  limits: SeatLimits = NO_SEAT_LIMITS,
): Wrong | null {
  switch (price.kind) {
    case 'free':
    case 'fixed':
    case 'metered_unit':
      return null;
    case 'custom': {
      const amount = amountOf(price, quantity);
      const { least } = limitsOf(price);
      const most = price.maximum ?? largestCharge(currency);
      if (amount < least)
        return { field: 'amount', reason: `The least that can be paid is ${written(least, currency)}.` };
      if (amount > most) return { field: 'amount', reason: `The most that can be paid is ${written(most, currency)}.` };
      return refusalToCharge('amount', amount, currency);
    }
    case 'seat_based': {
      const seats = quantity.seats ?? limitsOf(price, limits).least;
      const { least, most } = limitsOf(price, limits);
      if (least > most)
        return {
          field: 'seats',
          reason: `No number of ${pluralOf(price.unit)} is both ${least} or more and ${most} or less.`,
        };
      if (seats < least) return { field: 'seats', reason: `At least ${counted(least, price.unit)} must be bought.` };
      if (seats > most) return { field: 'seats', reason: `At most ${counted(most, price.unit)} can be bought.` };
      return refusalToCharge('seats', amountOf(price, quantity), currency);
    }
  }
}

/** Why a product can't have this price; null where it can. What is least bought of it must be chargeable, or free. */
export function refusalOfPrice(price: PriceTerms, currency: string): Wrong | null {
  switch (price.kind) {
    case 'free':
    case 'metered_unit':
      return null;
    case 'fixed':
      return refusalToCharge('amount', price.amount, currency);
    case 'custom':
      return refusalOfCustom(price, currency);
    case 'seat_based': {
      const reason = refusalOfTiers(price.tiers);
      if (reason !== null) return { field: 'tiers', reason };
      const last = price.tiers.at(-1);
      if (last !== undefined && Math.max(last.from, last.upTo ?? 0) > MOST_SEATS) {
        return { field: 'tiers', reason: `At most ${counted(MOST_SEATS, price.unit)} can be sold.` };
      }
      const odd = price.tiers.find(({ each }) => refusalOfCharge(each, currency) !== null);
      return refusalToCharge('tiers', odd?.each ?? leastAmount(price), currency);
    }
  }
}

function refusalOfCustom(price: CustomPrice, currency: string): Wrong | null {
  const { minimum, maximum, preset } = price;
  const { least } = limitsOf(price);
  const most = maximum ?? largestCharge(currency);
  const small = refusalToCharge('minimum', minimum, currency) ?? refusalToCharge('maximum', most, currency);
  if (small !== null) return small;
  if (maximum !== null && maximum < minimum)
    return { field: 'maximum', reason: `It must be ${written(minimum, currency)} or more, the minimum.` };
  if (preset === null) return null;
  if (preset < least)
    return { field: 'preset', reason: `It must be ${written(least, currency)} or more, the minimum.` };
  if (preset > most) return { field: 'preset', reason: `It must be ${written(most, currency)} or less, the maximum.` };
  return refusalToCharge('preset', preset, currency);
}

function refusalToCharge(field: Wrong['field'], amount: number, currency: string): Wrong | null {
  const reason = refusalOfAmount(amount, currency);
  return reason === null ? null : { field, reason };
}

/** Why nobody can be asked for so much, before taxes: it is neither nothing nor what the processor takes. Null: they can. */
export function refusalOfAmount(amount: number, currency: string): string | null {
  const least = minimumCharge(currency);
  if (amount > 0 && amount < least) {
    const limit = `the least that can be charged is ${written(least, currency)}`;
    return `It comes to ${written(amount, currency)}; ${limit}. 0 makes it free.`;
  }
  return refusalOfCharge(amount, currency)?.message ?? null;
}

/** What whoever buys the least of it pays. */
export function leastAmount(price: PriceTerms): number {
  const amount = price.kind === 'custom' ? price.minimum : null;
  return amountOf(price, { amount, seats: null });
}

export interface Choice {
  /** In which the product has a price, in its own order. */
  readonly offered: readonly string[];
  /** The buyer's, ISO 3166-1; null: not known. */
  readonly country: string | null;
  /** The organization's own. */
  readonly fallback: string;
}

/** The currency of the buyer's country, else the organization's, else the product's first; null where it has none. */
export function currencyFor({ offered, country, fallback }: Choice): string | null {
  const wishes = [country === null ? null : currencyOf(country), fallback];
  return wishes.find((wish) => wish !== null && offered.includes(wish)) ?? offered[0] ?? null;
}
