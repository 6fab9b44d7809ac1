/**
 * Prices an order: its lines, what is taken off, its taxes and its total. The one function behind every order, preview
 * and checkout, so that they agree to the cent.
 */
import type { PriceId } from '../billing/ids.ts';
import { type Part, partsOf, type TaxableLine, type TaxedOrder, taxedOrder } from '../billing/order-tax.ts';
import type { Line } from '../billing/orders.ts';
import { behaviorFor, type Taxed, taxOn } from '../billing/tax.ts';
import type { TaxSheet } from '../tax/sheet.ts';
import { type Buyer, buyerOfSubscription, placeOf } from './buyers.ts';
import { Organization, type OrganizationRow } from './entities/organization.ts';
import { Price } from './entities/price.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { type ChargedTax, taxChargedFor } from './given-back.ts';
import type { EntityManager } from './orm.ts';

export interface Charges {
  readonly lines: readonly Line[];
  /** Taken off what is not prorated, at most all of it. */
  readonly discount: number;
  /** ms since 1970. */
  readonly at: number;
}

export interface Sale extends Charges {
  readonly seller: Pick<OrganizationRow, 'country' | 'defaultTaxBehavior' | 'taxRegistrations'>;
  readonly buyer: Buyer;
  readonly currency: string;
  /** With which tax that was charged which is given back; as what is sold now, if left out. */
  readonly charged?: ChargedTax;
}

export interface PricedOrder extends TaxedOrder {
  readonly buyer: Buyer;
  /** Names the calculation at the tax provider; null: nothing to record there. */
  readonly calculationId: string | null;
}

/** Null where the tax provider doesn't take the buyer's address. */
export async function priceOrder(em: EntityManager, taxes: TaxSheet, sale: Sale): Promise<PricedOrder | null> {
  const { seller, buyer, currency, discount, at, charged } = sale;
  const lines: TaxableLine[] = [];
  for (const line of sale.lines) {
    const behavior = (await behaviorOf(em, line.priceId)) ?? seller.defaultTaxBehavior;
    const now = behaviorFor(behavior, buyer.place?.country ?? null);
    lines.push({ ...line, behavior: line.amount < 0 ? (charged?.behavior ?? now) : now });
  }
  const all = partsOf(lines, discount);
  const back = (part: Part) => (part.amount < 0 && charged !== undefined ? taxBack(part, charged) : null);
  const parts = all.filter((part) => back(part) === null);
  if (parts.length === 0) {
    const given = all.flatMap((part) => back(part) ?? []);
    return { ...taxedOrder(lines, discount, given), buyer, calculationId: null };
  }
  const answer = taxes.answerTo({
    seller: { country: seller.country ?? null, registrations: seller.taxRegistrations },
    // What nobody could check frees from nothing.
    buyer: { place: buyer.place, taxId: buyer.taxId?.[1] === 'unknown' ? null : buyer.taxId },
    currency,
    parts,
    at,
  });
  if (answer === null) return null;
  const answered = [...answer.parts];
  const answers = all.flatMap((part) => back(part) ?? answered.shift() ?? []);
  return { ...taxedOrder(lines, discount, answers), buyer, calculationId: answer.calculationId };
}

const taxBack = ({ amount, behavior }: Part, { rates }: ChargedTax): Taxed =>
  taxOn(
    amount,
    behavior,
    rates.filter((rate) => rate.behavior === behavior),
  );

/** Where nobody is there to correct an address that the provider doesn't take, the country has to do; else nothing is taxed. */
export async function priceOrderAnyhow(em: EntityManager, taxes: TaxSheet, sale: Sale): Promise<PricedOrder> {
  const { place } = sale.buyer;
  for (const known of place === null ? [null] : [place, placeOf({ country: place.country }), null]) {
    const priced = await priceOrder(em, taxes, { ...sale, buyer: { ...sale.buyer, place: known } });
    if (priced !== null) return priced;
  }
  throw new Error('The tax provider wants an address, also where nobody knows one.');
}

/**
 * For an order of a subscription, whose customer is taxed where they now are. What it gives back on the whole has the tax
 * with which it was charged: else who has moved, or whose seller has begun to collect, would get tax that they never paid.
 */
export async function priceOrderOf(
  em: EntityManager,
  taxes: TaxSheet,
  row: SubscriptionRow,
  charges: Charges,
): Promise<PricedOrder> {
  const seller = await em.findOneOrFail(Organization, row.organization.id);
  const buyer = await buyerOfSubscription(em, row, seller);
  const sale = { ...charges, seller, buyer, currency: row.currency };
  const priced = await priceOrderAnyhow(em, taxes, sale);
  if (!partsOf(priced.lines, charges.discount).some(({ amount }) => amount < 0)) return priced;
  const charged = await taxChargedFor(em, row);
  return charged === null ? priced : priceOrderAnyhow(em, taxes, { ...sale, charged });
}

/** A price's own, if it has one. */
async function behaviorOf(em: EntityManager, priceId: PriceId | null) {
  if (priceId === null) return null;
  const price = await em.findOne(Price, priceId);
  return price?.taxBehavior ?? null;
}
