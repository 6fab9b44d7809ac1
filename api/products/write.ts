/** What a merchant may write of a product: its prices, of which some rows are kept for those who pay them. */
import { randomUUID } from 'node:crypto';
import type { CheckoutId, MeterId, OrganizationId, PriceId } from '../../billing/ids.ts';
import { leastAmount, type PriceTerms } from '../../billing/prices.ts';
import { Meter, type MeterRow } from '../../db/entities/meter.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import { pricesNow } from '../../db/views/product.ts';
import type { ProductPriceCreate } from '../../schemas/price.ts';
import { type Invalid, invalid, unprocessable } from '../errors.ts';
import { askedTerms, wrongWith } from './prices.ts';

type PriceWish = ProductPriceCreate | { readonly id: string };

/**
 * One static price for each currency, each of them one that can be charged, and any number of metered ones beside it,
 * one for each meter.
 */
export function refuseBadPrices(prices: readonly PriceWish[], within: Invalid['loc'] = ['body', 'prices']): void {
  const wrong: Invalid[] = [];
  const places = new Set<string>();
  for (const [index, price] of prices.entries()) {
    if ('id' in price) continue;
    const [field, other] =
      price.amount_type === 'metered_unit'
        ? ['meter_id', 'There is another price for this meter in this currency.']
        : ['price_currency', 'There is another price in this currency.'];
    if (places.has(placeOf(price))) wrong.push({ loc: [...within, index, field], msg: other, type: 'value_error' });
    places.add(placeOf(price));
    const refusal = wrongWith(price, [...within, index]);
    if (refusal !== null) wrong.push(refusal);
  }
  if (wrong.length > 0) throw unprocessable(...wrong);
}

/** Which of the product's prices it is: there is one of each. */
const placeOf = (price: ProductPriceCreate): string =>
  price.amount_type === 'metered_unit' ? `${price.price_currency} ${price.meter_id}` : price.price_currency;

const isForMeter = (wish: PriceWish | undefined): boolean =>
  wish !== undefined && !('id' in wish) && wish.amount_type === 'metered_unit';

const placeOfRow = ({ currency, meter }: PriceRow): string => (meter ? `${currency} ${meter.id}` : currency);

/** Usage is billed by the period: of what is sold once, none is. The meters must be the organization's, and count. */
export async function refuseBadMeters(
  em: EntityManager,
  organization: OrganizationId,
  isRecurring: boolean,
  prices: readonly PriceWish[],
  within: Invalid['loc'] = ['body', 'prices'],
): Promise<void> {
  for (const [index, price] of prices.entries()) {
    if ('id' in price || price.amount_type !== 'metered_unit') continue;
    if (!isRecurring) {
      throw invalid([...within, index, 'amount_type'], 'What is sold once has no period to bill usage by.');
    }
    const meter = await em.findOne(Meter, { id: price.meter_id as MeterId, organization, archivedAt: null });
    if (meter === null) throw invalid([...within, index, 'meter_id'], 'This meter does not exist or is archived.');
  }
}

/** Keeps the prices named by id, makes the others, and archives what is no longer named: its subscribers stay on it. */
export async function replacePrices(
  em: EntityManager,
  product: ProductRow,
  wishes: readonly PriceWish[],
  at: Date,
): Promise<void> {
  const present = pricesNow(product);
  const kept = wishes.flatMap((wish, index) => ('id' in wish ? [named(present, wish.id, index)] : []));
  const clash = wishes.findIndex(
    (wish) => !('id' in wish) && kept.some((price) => placeOfRow(price) === placeOf(wish)),
  );
  if (clash >= 0) {
    const isMetered = isForMeter(wishes[clash]);
    const field = isMetered ? 'meter_id' : 'price_currency';
    const what = isMetered ? 'for this meter' : 'in this currency';
    throw invalid(['body', 'prices', clash, field], `A price that is kept is ${what}.`);
  }
  for (const price of present) {
    if (kept.includes(price)) continue;
    price.isArchived = true;
    price.modifiedAt = at;
  }
  // Before the new ones come: the database lets a currency have one price at a time.
  await em.flush();
  for (const [position, wish] of wishes.entries()) {
    if ('id' in wish) named(present, wish.id, position).position = position;
    else addPrice(em, product, wish, position, at);
  }
}

export function addPrice(
  em: EntityManager,
  product: ProductRow,
  price: ProductPriceCreate,
  position: number,
  at: Date,
): void {
  product.prices.add(em.create(Price, { ...asRow(em, price, position, at), product }));
}

/** For one checkout alone: its buyer is shown it in the place of the product's own, and it is in no list. */
export function addAdHocPrice(
  em: EntityManager,
  product: ProductRow,
  checkoutId: CheckoutId,
  price: ProductPriceCreate,
  position: number,
  at: Date,
): void {
  em.create(Price, { ...asRow(em, price, position, at), product, source: 'ad_hoc', checkoutId });
}

function asRow(em: EntityManager, price: ProductPriceCreate, position: number, at: Date) {
  const terms = askedTerms(price);
  return {
    id: randomUUID() as PriceId,
    createdAt: at,
    position,
    amountType: terms.kind,
    currency: price.price_currency,
    amount: leastAmount(terms),
    ...columnsOf(em, terms),
    taxBehavior: price.tax_behavior ?? null,
  };
}

function columnsOf(em: EntityManager, terms: PriceTerms): Partial<PriceRow> {
  switch (terms.kind) {
    case 'free':
    case 'fixed':
      return {};
    case 'custom':
      return { minimumAmount: terms.minimum, maximumAmount: terms.maximum, presetAmount: terms.preset };
    case 'seat_based':
      return { seatTiers: { mode: terms.mode, tiers: terms.tiers }, unitLabel: terms.unit };
    case 'metered_unit':
      return {
        unitAmount: terms.unitAmount,
        capAmount: terms.cap,
        meter: em.getReference(Meter, terms.meterId) as MeterRow,
      };
  }
}

function named(present: readonly PriceRow[], id: string, index: number): PriceRow {
  const price = present.find((candidate) => candidate.id === id);
  if (price === undefined) throw invalid(['body', 'prices', index, 'id'], 'This is not a price of the product.');
  return price;
}
