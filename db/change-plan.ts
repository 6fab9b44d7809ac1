/** What a wished change of a subscription comes to by the rows: read for the change itself, and for its preview. */
import { type Behavior, type ChangePlan, planOf, type Standing, type Terms } from '../billing/changes.ts';
import { coversOrder, discountOn } from '../billing/discounts.ts';
import type { ProductId } from '../billing/ids.ts';
import type { Line } from '../billing/orders.ts';
import { amountOf, presetQuantity, refusalOfQuantity } from '../billing/prices.ts';
import { countsAs } from '../billing/proration.ts';
import { activeTrial } from '../billing/trials.ts';
import { chargedWith, forItsLength, wasPaidBeforeTrial } from './charged-with.ts';
import { covers, discountDurationOf, discountValueOf } from './discounts.ts';
import { Discount, type DiscountRow } from './entities/discount.ts';
import { Organization } from './entities/organization.ts';
import { Price, type PriceRow } from './entities/price.ts';
import { Product, type ProductRow } from './entities/product.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { linesOf } from './lines.ts';
import { offeredPrices } from './offered-prices.ts';
import type { EntityManager } from './orm.ts';
import { priceTerms } from './price-terms.ts';
import { takenSeats } from './seats.ts';

/** One of the two. */
export interface Wish {
  readonly productId?: ProductId;
  readonly seats?: number;
}

export interface Target {
  readonly product: ProductRow;
  readonly price: PriceRow;
  readonly seats: number | null;
  readonly terms: Terms;
}

export type Planned =
  | { readonly plan: ChangePlan; readonly target: Target; readonly discount: DiscountRow | null }
  | { readonly field: 'product_id' | 'seats'; readonly refusal: string };

/** `behavior` null: the organization's. Whether the subscription's state allows a change is looked at elsewhere. */
export async function planChange(
  em: EntityManager,
  row: SubscriptionRow,
  wish: Wish,
  behavior: Behavior | null,
  at: number,
): Promise<Planned> {
  const [product, price] = await Promise.all([
    em.findOneOrFail(Product, row.product.id),
    em.findOneOrFail(Price, row.price.id),
  ]);
  const present = { product: product as ProductRow, price: price as PriceRow, seats: row.seats ?? null };
  const wished = await wishedOf(em, row, present, wish);
  if ('refusal' in wished) return wished;
  const discount = await discountOf(em, row, wished);
  const isPresent = wished.product.id === product.id && wished.seats === present.seats;
  const amount = isPresent ? row.amount : amountOf(priceTerms(wished.price), { amount: null, seats: wished.seats });
  const target: Target = {
    ...wished,
    terms: termsOf(wished, amount, countsAs(forItsLength(row, discounted(row, amount, discount)), row.periodOffset)),
  };
  const standing: Standing = {
    status: row.status === 'trialing' ? 'trialing' : 'active',
    period: { start: row.currentPeriodStart.getTime(), end: row.currentPeriodEnd.getTime() },
    trialStart: row.trialStart?.getTime() ?? null,
    terms: {
      ...termsOf(present, row.amount, await chargedWith(em, row)),
      recurrence: { interval: row.recurringInterval, count: row.recurringIntervalCount },
    },
  };
  const plan = planOf(standing, target.terms, behavior ?? (await defaultBehavior(em, row)), at);
  if (plan.kind === 'now' && wished.product.id !== product.id && (await wasPaidBeforeTrial(em, row))) {
    return refused('product_id', PAID_BEFORE_TRIAL);
  }
  return { plan, target, discount };
}

type Wished = Omit<Target, 'terms'>;

async function wishedOf(
  em: EntityManager,
  row: SubscriptionRow,
  present: Wished,
  { productId, seats }: Wish,
): Promise<Wished | Extract<Planned, { refusal: string }>> {
  if (seats !== undefined) {
    if (present.price.amountType !== 'seat_based')
      return refused('seats', 'This subscription is not sold by the seat.');
    const taken = await takenSeats(em, { subscription: row });
    if (seats < taken) return refused('seats', `${taken} seats are taken by people; revoke some of them first.`);
    return withinLimits({ ...present, seats }, row, 'seats');
  }
  if (productId === undefined || productId === present.product.id) return present;
  const product = await em.findOne(Product, { id: productId, organization: row.organization.id });
  if (product === null) return refused('product_id', 'This product does not exist.');
  if (product.isArchived) return refused('product_id', `${product.name} is archived.`);
  if (product.visibility === 'draft') return refused('product_id', `${product.name} is a draft; publish it first.`);
  if (!product.recurringInterval)
    return refused('product_id', `${product.name} is sold once; it can't be subscribed to.`);
  const price = (await offeredPrices(em, productId)).find(({ currency }) => currency === row.currency);
  if (price === undefined) {
    return refused(
      'product_id',
      `${product.name} has no price in ${row.currency.toUpperCase()}, the subscription's currency.`,
    );
  }
  if (price.amountType === 'custom') {
    return refused('product_id', `Buyers name the price of ${product.name}; it needs a checkout.`);
  }
  const counts = present.price.unitLabel ?? null;
  const countsOther = price.amountType !== 'seat_based' || (price.unitLabel ?? null) !== counts;
  if (countsOther && present.seats !== null) {
    return refused('product_id', `${product.name} is not sold by the ${counts ?? 'seat'}, as this subscription is.`);
  }
  const ofSeats = present.seats ?? presetQuantity(priceTerms(price as PriceRow)).seats;
  const wished = { product: product as ProductRow, price: price as PriceRow };
  return price.amountType === 'seat_based'
    ? withinLimits({ ...wished, seats: ofSeats }, row, 'product_id')
    : { ...wished, seats: null };
}

function withinLimits(wished: Wished, row: SubscriptionRow, field: 'product_id' | 'seats') {
  const quantity = { amount: null, seats: wished.seats };
  const wrong = refusalOfQuantity(priceTerms(wished.price), row.currency, quantity);
  return wrong === null ? wished : refused(field, wrong.reason);
}

const PAID_BEFORE_TRIAL =
  'This subscription had been paid before its trial; end the trial first, or change the product with its end ' +
  '(next_period).';

const refused = (field: 'product_id' | 'seats', refusal: string) => ({ field, refusal });

function termsOf({ product, price, seats }: Wished, amount: number, discounted: number): Terms {
  const [line] = linesOf({ product, price, amount, seats });
  return {
    productId: product.id,
    priceId: price.id,
    label: line?.label ?? product.name,
    seats,
    recurrence: { interval: product.recurringInterval ?? 'month', count: product.recurringIntervalCount ?? 1 },
    amount,
    discounted,
    trial: activeTrial({ allowTrial: true }, product),
  };
}

async function defaultBehavior(em: EntityManager, row: SubscriptionRow): Promise<Behavior> {
  const { subscriptionSettings } = await em.findOneOrFail(Organization, row.organization.id);
  return subscriptionSettings.proration_behavior;
}

/**
 * The subscription's discount, where it is for what the subscription then is. What it has been redeemed for it stays
 * for, whatever its products are by now: only another product is held against them.
 */
export async function discountOf(
  em: EntityManager,
  row: SubscriptionRow,
  { product, price }: Pick<Wished, 'product' | 'price'>,
): Promise<DiscountRow | null> {
  if (!row.discount) return null;
  const discount = (await em.findOneOrFail(Discount, row.discount.id, { populate: ['products'] })) as DiscountRow;
  return product.id === row.product.id || covers(discount, { product, price, currency: row.currency })
    ? discount
    : null;
}

/**
 * What the subscription's discount leaves of a whole period in the place of the present one. One that is for once and
 * waits for the next order leaves all of it.
 */
function discounted(row: SubscriptionRow, amount: number, discount: DiscountRow | null): number {
  const start = row.currentPeriodStart.getTime();
  const firstUsedAt = row.discountFirstUsedAt?.getTime() ?? null;
  if (discount === null) return amount;
  const waits = discount.duration === 'once' && firstUsedAt === null;
  const isUsed = !waits && (firstUsedAt === start || isOfPeriod(row, discount, start));
  return isUsed ? amount - discountOn(amount, row.currency, discountValueOf(discount)) : amount;
}

export type DiscountUse = Pick<SubscriptionRow, 'currency' | 'discountFirstUsedAt'>;

/** What the subscription's own price is for a period of the present one's length, after discount. */
export async function presentByLength(em: EntityManager, row: SubscriptionRow): Promise<number> {
  const discount = await discountOf(em, row, { product: row.product, price: row.price });
  return forItsLength(row, discounted(row, row.amount, discount));
}

/** Whether it has months left, or its one order, when a period starts at `start`. */
export const isOfPeriod = ({ discountFirstUsedAt: used }: DiscountUse, discount: DiscountRow, start: number): boolean =>
  coversOrder(discountDurationOf(discount), used?.getTime() ?? null, start);

/** What the subscription's discount takes off the order of a period that starts at `start`. */
export function discountOfNewPeriod(
  row: DiscountUse,
  lines: readonly Line[],
  discount: DiscountRow | null,
  start: number,
): number {
  if (discount === null || !isOfPeriod(row, discount, start)) return 0;
  const whole = lines.filter(({ proration }) => !proration).reduce((sum, { amount }) => sum + amount, 0);
  return discountOn(whole, row.currency, discountValueOf(discount));
}
