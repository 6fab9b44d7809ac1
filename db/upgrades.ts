/** Which subscription a checkout changes to what it sells, in the place of a new one. */
import { counted } from '../billing/units.ts';
import type { CheckoutRow } from './entities/checkout.ts';
import { Price } from './entities/price.ts';
import { Subscription, type SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';
import { takenSeats } from './seats.ts';

/** `subscription` null: a new one is made, since none is named, or the one that is has ended. */
export type Upgrade = { readonly subscription: SubscriptionRow | null } | { readonly refusal: string };

export async function upgradeBy(em: EntityManager, checkout: CheckoutRow): Promise<Upgrade> {
  if (!checkout.upgradeOf) return { subscription: null };
  const named = { id: checkout.upgradeOf, organization: checkout.organization.id };
  const row = (await em.findOneOrFail(Subscription, named)) as SubscriptionRow;
  if (row.status === 'canceled') return { subscription: null };
  const refusal = refusalOf(row, checkout) ?? (await refusalOfSeats(em, row, checkout));
  return refusal === null ? { subscription: row } : { refusal };
}

function refusalOf(row: SubscriptionRow, checkout: CheckoutRow): string | null {
  if (row.status !== 'active') return `This subscription is ${row.status}; only an active one can be upgraded.`;
  if (row.amount > 0) return 'This subscription is paid for: change its product, in the place of a checkout.';
  return row.currency === checkout.currency
    ? null
    : `This subscription is in ${row.currency.toUpperCase()}, and stays in it.`;
}

/** Whoever has a seat keeps it. */
async function refusalOfSeats(em: EntityManager, row: SubscriptionRow, checkout: CheckoutRow): Promise<string | null> {
  if ((row.seats ?? null) === null) return null;
  const present = await em.findOneOrFail(Price, row.price.id);
  const { price } = checkout;
  const isOther = price.amountType !== 'seat_based' || (price.unitLabel ?? null) !== (present.unitLabel ?? null);
  if (isOther)
    return `${checkout.product.name} is not sold by the ${present.unitLabel ?? 'seat'}, as this subscription is.`;
  const taken = await takenSeats(em, { subscription: row });
  return (checkout.seats ?? 0) < taken ? `At least ${counted(taken, null)}: so many are taken by people.` : null;
}
