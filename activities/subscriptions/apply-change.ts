/** A change of what a subscription is for takes hold: its row, its period and its benefits. */
import type { Behavior } from '../../billing/changes.ts';
import { discountOf } from '../../db/change-plan.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { SubscriptionChange, type SubscriptionChangeRow } from '../../db/entities/subscription-change.ts';
import { switchGrants } from '../../db/grants.ts';
import type { EntityManager } from '../../db/orm.ts';
import { creditingGrants, cycleCredits } from './credits.ts';
import { keepForNextOrder } from './entries.ts';
import { closeUsage, followSubscription, metersCounted, setOfferedMeters } from './metering.ts';
import { enterMeterPeriod, startPeriodAt } from './period.ts';
import { recordChange } from './recorded.ts';

/** Now, as it was planned; the period that starts with it, if one does, becomes the subscription's. */
export async function applyChange(
  em: EntityManager,
  row: SubscriptionRow,
  change: SubscriptionChangeRow,
  at: Date,
): Promise<void> {
  const { periodStart } = change;
  const grants = await creditingGrants(em, row, change.product.id);
  if (periodStart || change.product.id !== row.product.id) await keepUsage(em, row, at);
  const closed = new Set(await metersCounted(em, row));
  await takeTerms(em, row, change, at);
  row.periodAmount = change.periodAmount ?? null;
  if (!periodStart) return;
  row.periodOffset = 0;
  if (row.status === 'trialing') row.trialEnd = periodStart;
  row.status = 'active';
  startPeriodAt(row, periodStart);
  await em.flush();
  await cycleCredits(em, row, grants, closed, at);
}

/** What was used so far was used at the old price, or in the old period. */
export async function keepUsage(em: EntityManager, row: SubscriptionRow, at: Date): Promise<void> {
  const usage = await closeUsage(em, row, at);
  await keepForNextOrder(
    em,
    row,
    usage.filter(({ amount }) => amount !== 0),
    at,
  );
  // What begins then may end as what was closed would have.
  await followSubscription(em, row, at);
}

/** Before the renewal that a pending change has waited for. Another interval is counted from there. */
export async function applyPendingChange(em: EntityManager, row: SubscriptionRow, at: Date): Promise<void> {
  row.periodAmount = null;
  row.periodOffset = 0;
  if (!row.pendingChange) return;
  const change = (await em.findOneOrFail(SubscriptionChange, row.pendingChange.id)) as SubscriptionChangeRow;
  const { recurringInterval, recurringIntervalCount } = row;
  row.pendingChange = null;
  await takeTerms(em, row, change, at);
  if (recurringInterval !== row.recurringInterval || recurringIntervalCount !== row.recurringIntervalCount) {
    row.anchor = row.currentPeriodEnd;
    row.anchorCycle = row.cycle;
  }
}

/** What was to come with the next renewal does not. */
export async function dropPendingChange(em: EntityManager, row: SubscriptionRow, at: Date): Promise<boolean> {
  if (!row.pendingChange) return false;
  const change = await em.findOneOrFail(SubscriptionChange, row.pendingChange.id);
  change.status = 'void';
  change.modifiedAt = at;
  row.pendingChange = null;
  // At once: another one may be pending in its place.
  await em.flush();
  return true;
}

async function takeTerms(
  em: EntityManager,
  row: SubscriptionRow,
  change: SubscriptionChangeRow,
  at: Date,
): Promise<void> {
  const [customer, product, price] = await Promise.all([
    em.findOneOrFail(Customer, row.customer.id),
    em.findOneOrFail(Product, change.product.id) as Promise<ProductRow>,
    em.findOneOrFail(Price, change.price.id) as Promise<PriceRow>,
  ]);
  // A discount that is for other products stays with them.
  const isDiscountLost = row.discount && (await discountOf(em, row, { product, price })) === null;
  const isOtherProduct = change.product.id !== row.product.id;
  await recordTerms(em, row, change, at);
  change.status = 'applied';
  change.modifiedAt = at;
  row.product = product;
  row.price = price;
  row.amount = change.amount;
  row.seats = change.seats ?? null;
  row.recurringInterval = product.recurringInterval ?? row.recurringInterval;
  row.recurringIntervalCount = product.recurringIntervalCount ?? row.recurringIntervalCount;
  takeMeterCycle(row, product, at);
  if (isDiscountLost) {
    row.discount = null;
    row.discountFirstUsedAt = null;
  }
  await em.flush();
  if (isOtherProduct) await setOfferedMeters(em, row, at);
  await switchGrants(em, { customer, product: row.product, subscription: row, wanted: 'granted', at });
}

/** As the row still is, and as the change makes it. */
async function recordTerms(
  em: EntityManager,
  row: SubscriptionRow,
  change: SubscriptionChangeRow,
  at: Date,
): Promise<void> {
  const behavior = behaviorOf(change);
  if (change.product.id !== row.product.id) {
    const products = { old_product_id: row.product.id, new_product_id: change.product.id };
    await recordChange(em, row, at, 'subscription.product_updated', products);
  }
  const [before, after] = [row.seats ?? null, change.seats ?? null];
  if (before !== null && after !== null && before !== after) {
    const seats = { old_seats: before, new_seats: after, proration_behavior: behavior };
    await recordChange(em, row, at, 'subscription.seats_updated', seats);
  }
}

/** As it turned out: `reset` is also what a change of interval comes to. */
function behaviorOf({ status, periodStart, orderId }: SubscriptionChangeRow): Behavior {
  if (status === 'pending') return 'next_period';
  if (periodStart) return 'reset';
  return orderId ? 'invoice' : 'prorate';
}

/** Another meter cycle counts from the anchor too, and one that stays goes on. */
function takeMeterCycle(row: SubscriptionRow, product: ProductRow, at: Date): void {
  const [interval, count] = [product.meterInterval ?? null, product.meterIntervalCount ?? null];
  if (interval === (row.meterInterval ?? null) && count === (row.meterIntervalCount ?? null)) return;
  row.meterInterval = interval;
  row.meterIntervalCount = count;
  enterMeterPeriod(row, at);
}
