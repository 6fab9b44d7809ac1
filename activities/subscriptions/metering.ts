/**
 * A subscription and the meters that its customer is counted by. A customer's usage of a meter is counted once: by the
 * periods of one subscription, which bills it. That is the first to have the meter; where it ends, the next one.
 */
import { randomUUID } from 'node:crypto';
import type { MeterId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import type { Line } from '../../billing/orders.ts';
import { isTrial } from '../../db/billing-entries.ts';
import { consumeCredits, lockMeters } from '../../db/credits.ts';
import { accountOf } from '../../db/customer-meters.ts';
import type { CustomerMeterRow } from '../../db/entities/customer-meter.ts';
import { Meter } from '../../db/entities/meter.ts';
import type { PriceRow } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { SubscriptionMeter } from '../../db/entities/subscription-meter.ts';
import { usageEndOf } from '../../db/meter-cycles.ts';
import { allMetersOf, lineOfMeter, metersOf } from '../../db/metered-lines.ts';
import { meteredIn, offeredPrices } from '../../db/offered-prices.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Account, closeAccounts, followPeriod } from '../../usage/accounts.ts';
import { dropUsageOfTrial } from './entries.ts';
import { refuseUnlessFrozen } from './usage-goes-on.ts';

/**
 * From now on these prices are the subscription's, besides the meters that its product credits units on. Those that it
 * counts by have been closed: what was used since goes on in its periods, where it keeps the meter.
 */
export async function setMeters(
  em: EntityManager,
  row: SubscriptionRow,
  prices: readonly PriceRow[],
  at: Date,
): Promise<void> {
  const closed = new Set((await ownedBy(em, row, at)).map(({ meter }) => meter.id));
  await releaseMeters(em, row, at);
  await em.nativeDelete(SubscriptionMeter, { subscription: row.id });
  const wanted = new Map<MeterId, PriceRow | null>();
  for (const price of prices) if (price.meter) wanted.set(price.meter.id, price);
  for (const meter of await creditedBy(em, row.product.id)) if (!wanted.has(meter)) wanted.set(meter, null);
  await addMeters(em, row, wanted, at, closed);
}

/** What the product offers now in the subscription's currency. */
export async function setOfferedMeters(em: EntityManager, row: SubscriptionRow, at: Date): Promise<void> {
  await setMeters(em, row, meteredIn(await offeredPrices(em, row.product.id), row.currency), at);
}

async function creditedBy(em: EntityManager, product: ProductId): Promise<MeterId[]> {
  const { benefits } = await em.findOneOrFail(Product, product, { populate: ['benefits'] });
  const credits = benefits.getItems().filter(({ type, deletedAt }) => type === 'meter_credit' && !deletedAt);
  return credits.map(({ properties }) => properties.meter_id as MeterId);
}

/** Those it has stay as they are. Answered: the meters that it counts by from now on. */
export async function addMeters(
  em: EntityManager,
  row: SubscriptionRow,
  wanted: ReadonlyMap<MeterId, PriceRow | null>,
  at: Date,
  closed: ReadonlySet<MeterId> = new Set(),
): Promise<MeterId[]> {
  if (wanted.size === 0) return [];
  const present = new Set((await allMetersOf(em, row)).map(({ meter }) => meter.id));
  for (const [meterId, price] of wanted) {
    if (present.has(meterId)) continue;
    const meter = await em.findOneOrFail(Meter, meterId);
    em.create(SubscriptionMeter, { id: randomUUID(), createdAt: at, subscription: row, meter, price });
  }
  await em.flush();
  return openMeters(em, row, at, closed);
}

/**
 * Its periods count from now on, where no other subscription's do: of these meters, which are answered. What was used
 * before them is nobody's to pay, but of those that were its own until now and are closed already.
 */
export async function openMeters(
  em: EntityManager,
  row: SubscriptionRow,
  at: Date,
  closed: ReadonlySet<MeterId> = new Set(),
): Promise<MeterId[]> {
  const meters = await allMetersOf(em, row);
  row.openMeters = meters.length;
  if (meters.length === 0) return [];
  const locked = await lockMeters(
    em,
    row.customer.id,
    meters.map(({ meter }) => meter.id),
    at,
  );
  const taken: CustomerMeterRow[] = [];
  for (const each of locked) {
    if (each.subscriptionId === row.id) continue;
    const isPriced = meters.some(({ meter, price }) => meter.id === each.meter.id && price);
    if (each.subscriptionId && !(isPriced && !(await bills(em, each.subscriptionId, each.meter.id)))) continue;
    each.subscriptionId = row.id;
    taken.push(each);
  }
  await em.flush();
  const begun = taken.filter(({ meter }) => !closed.has(meter.id));
  // What came since the end of a period that waits for its renewal was used before, too.
  await followPeriod(em, row.organization.id, begun.map(accountOfRow), null);
  await close(em, begun, at);
  await follow(em, row, taken);
  return taken.map(({ meter }) => meter.id);
}

async function bills(em: EntityManager, subscription: SubscriptionId, meter: MeterId): Promise<boolean> {
  return (await em.count(SubscriptionMeter, { subscription, meter, price: { $ne: null } })) > 0;
}

/** The subscription's period ends: a line for each meter that it bills, without usage too. Once for each period. */
export async function closeUsage(em: EntityManager, row: SubscriptionRow, at: Date): Promise<Line[]> {
  const meters = await metersOf(em, row);
  const owned = await ownedBy(em, row, at);
  // Their periods have no end that those who send events know of.
  if (owned.some(isClocked)) await refuseUnlessFrozen(em, owned);
  const usages = new Map<MeterId, { consumed: string; credited: string }>();
  const credited = new Map(owned.map((each) => [each.meter.id, each.credited]));
  for (const [meterId, consumed] of await close(em, owned, at)) {
    usages.set(meterId, { consumed, credited: credited.get(meterId) ?? '0' });
  }
  return meters.flatMap((each) => {
    const usage = usages.get(each.meter.id);
    return usage === undefined ? [] : (lineOfMeter(each, usage) ?? []);
  });
}

/** The last of a subscription's usage that there is something to pay for; of a trial, nothing is. */
export async function closeLastUsage(em: EntityManager, row: SubscriptionRow, at: Date): Promise<Line[]> {
  const lines = await closeUsageForNow(em, row, at);
  if (!isTrial(row)) return lines;
  await dropUsageOfTrial(em, row);
  return [];
}

/** What there is to pay for before a pause, of a trial too: the first charge may come after it. */
export async function closeUsageForNow(em: EntityManager, row: SubscriptionRow, at: Date): Promise<Line[]> {
  const lines = await closeUsage(em, row, at);
  await releaseMeters(em, row, at);
  return lines.filter(({ amount }) => amount !== 0);
}

/** Its periods don't count any more; those of another subscription of the customer's that has the meter do. */
async function releaseMeters(em: EntityManager, row: SubscriptionRow, at: Date): Promise<void> {
  for (const each of await ownedBy(em, row, at)) {
    const next = await nextOwner(em, row, each);
    each.subscriptionId = next?.id ?? null;
    await em.flush();
    await followPeriod(em, row.organization.id, [accountOfRow(each)], isClocked(each) ? null : (next?.end ?? null));
  }
  row.openMeters = 0;
}

async function nextOwner(em: EntityManager, row: SubscriptionRow, { meter }: CustomerMeterRow) {
  const [next] = await em.execute<{ id: SubscriptionId; end: Date | null }[]>(
    `select s.id,
       case when s.status <> 'past_due' then coalesce(s.current_meter_period_end, s.current_period_end) end as "end"
     from subscriptions s
     join subscription_meters m on m.subscription_id = s.id and m.meter_id = ?::uuid
     where s.customer_id = ?::uuid and s.id <> ?::uuid and s.open_meters > 0
     order by (m.price_id is null), s.created_at, s.id limit 1`,
    [meter.id, row.customer.id, row.id],
  );
  return next === undefined ? null : { id: next.id, end: next.end && new Date(next.end) };
}

/**
 * The running period of what is counted by the subscription's ends when that does. While an order is unpaid no period is
 * closed, and all that comes in is of the one that runs.
 */
export async function followSubscription(em: EntityManager, row: SubscriptionRow, at: Date): Promise<void> {
  await follow(em, row, await ownedBy(em, row, at));
}

const accountOfRow = ({ customer, meter }: CustomerMeterRow): Account => accountOf(customer, meter);

/** The time of who lives on a test clock stands still in between: all that comes in belongs to the present. */
const isClocked = ({ customer }: CustomerMeterRow): boolean => Boolean(customer.testClock);

async function follow(em: EntityManager, row: SubscriptionRow, meters: readonly CustomerMeterRow[]): Promise<void> {
  const [first] = meters;
  if (first === undefined) return;
  const accounts = meters.map(accountOfRow);
  const isOpen = isClocked(first) || row.status === 'past_due';
  await followPeriod(em, row.organization.id, accounts, isOpen ? null : usageEndOf(row));
}

/** All of its meters and these at once, before any of them is changed: what for is told in db/lock.ts. */
export async function lockMetersWith(
  em: EntityManager,
  row: SubscriptionRow,
  more: readonly MeterId[],
  at: Date,
): Promise<void> {
  if (row.openMeters === 0 && more.length === 0) return;
  const own = (await allMetersOf(em, row)).map(({ meter }) => meter.id);
  await lockMeters(em, row.customer.id, [...new Set([...own, ...more])], at);
}

/** Those that it bills in the subscription's currency, and those that it credits units on. */
export async function metersOfProduct(em: EntityManager, row: SubscriptionRow, product: ProductId): Promise<MeterId[]> {
  const prices = meteredIn(await offeredPrices(em, product), row.currency);
  return [...prices.flatMap(({ meter }) => meter?.id ?? []), ...(await creditedBy(em, product))];
}

/** Locked until the commit. */
export async function ownedBy(em: EntityManager, row: SubscriptionRow, at: Date): Promise<CustomerMeterRow[]> {
  const meters = await metersOf(em, row);
  const locked = await lockMeters(
    em,
    row.customer.id,
    meters.map(({ meter }) => meter.id),
    at,
  );
  return locked.filter(({ subscriptionId }) => subscriptionId === row.id);
}

/** What was used of each, taken off the credits. */
async function close(em: EntityManager, meters: readonly CustomerMeterRow[], at: Date): Promise<Map<MeterId, string>> {
  const consumed = await closeAccounts(em, meters.map(accountOfRow));
  for (const [i, each] of meters.entries()) await consumeCredits(em, each, consumed[i] ?? '0', at);
  return new Map(meters.map(({ meter }, i) => [meter.id, consumed[i] ?? '0']));
}

/** The meters whose period has just been closed with the subscription's. */
export async function metersCounted(em: EntityManager, row: SubscriptionRow): Promise<MeterId[]> {
  return (await ownedBy(em, row, row.modifiedAt ?? row.createdAt)).map(({ meter }) => meter.id);
}
