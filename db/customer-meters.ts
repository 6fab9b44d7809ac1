/** What a customer has used of their meters, and is credited on them: right at once after an event was taken in. */
import Big from 'big.js';
import type { CustomerId, MeterId, OrganizationId, SubscriptionId } from '../billing/ids.ts';
import { billableUnits } from '../billing/metered.ts';
import { type Account, followPeriod, unitsUsed } from '../usage/accounts.ts';
import { subjectsOf } from '../usage/subjects.ts';
import type { CustomerRow } from './entities/customer.ts';
import { CustomerMeter, type CustomerMeterRow } from './entities/customer-meter.ts';
import type { MeterRow } from './entities/meter.ts';
import { Subscription } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

export interface Usage {
  /** Decimal units of the running period. */
  readonly consumed: string;
  /** Whole units. */
  readonly credited: string;
}

export const UNUSED: Usage = { consumed: '0', credited: '0' };

/** Below 0 where more was used than credited. */
export const balanceOfMeter = ({ consumed, credited }: Usage): string => new Big(credited).minus(consumed).toFixed();

/** What is billed beyond the credits. */
export const overage = ({ consumed, credited }: Usage): string => billableUnits(consumed, credited);

interface Counted {
  readonly id: CustomerId;
  readonly externalId?: string | null;
  readonly organization: { readonly id: OrganizationId };
}

export const accountOf = (customer: Counted, meter: Pick<MeterRow, 'id' | 'aggregation'>): Account => ({
  subjects: subjectsOf(customer.organization.id, customer),
  meterId: meter.id,
  func: meter.aggregation.func,
});

/** Customer and meter of each row are loaded. As `rows`. */
export async function usageOf(em: EntityManager, rows: readonly CustomerMeterRow[]): Promise<Usage[]> {
  const consumed = await unitsUsed(
    em,
    rows.map(({ customer, meter }) => accountOf(customer, meter)),
  );
  return rows.map(({ credited }, i) => ({ consumed: consumed[i] ?? '0', credited: new Big(credited).toFixed() }));
}

/** By meter: all that the customer was counted by, is billed by or credited on. */
export async function usageOfCustomer(
  em: EntityManager,
  customer: CustomerId,
): Promise<{ readonly row: CustomerMeterRow; readonly usage: Usage }[]> {
  const found = await em.find(
    CustomerMeter,
    { customer },
    { populate: ['meter', 'customer'], orderBy: { createdAt: 'asc', id: 'asc' }, disableIdentityMap: true },
  );
  const rows = found as CustomerMeterRow[];
  const usages = await usageOf(em, rows);
  return rows.map((row, i) => ({ row, usage: usages[i] ?? UNUSED }));
}

/** Of the meters that the subscription is billed by; one that another subscription of the customer's bills is missing. */
export async function usageOfSubscriptions(
  em: EntityManager,
  subscriptions: readonly { readonly id: SubscriptionId; readonly openMeters: number }[],
): Promise<ReadonlyMap<SubscriptionId, ReadonlyMap<MeterId, Usage>>> {
  const bySubscription = new Map<SubscriptionId, Map<MeterId, Usage>>();
  const ids = subscriptions.filter(({ openMeters }) => openMeters > 0).map(({ id }) => id);
  if (ids.length === 0) return bySubscription;
  const found = await em.find(
    CustomerMeter,
    { subscriptionId: { $in: ids } },
    { populate: ['meter', 'customer'], disableIdentityMap: true },
  );
  const rows = found as CustomerMeterRow[];
  const usages = await usageOf(em, rows);
  for (const [i, { subscriptionId, meter }] of rows.entries()) {
    if (!subscriptionId) continue;
    const meters = bySubscription.get(subscriptionId) ?? new Map<MeterId, Usage>();
    bySubscription.set(subscriptionId, meters.set(meter.id, usages[i] ?? UNUSED));
  }
  return bySubscription;
}

/** What the merchant calls a customer is known from now on: under that name too, usage belongs to their periods. */
export async function followMeters(em: EntityManager, customer: CustomerRow): Promise<void> {
  const found = await em.find(CustomerMeter, { customer: customer.id }, { populate: ['meter'] });
  for (const { subscriptionId, meter } of found as CustomerMeterRow[]) {
    const by = subscriptionId ? await em.findOne(Subscription, subscriptionId) : null;
    const end = by === null || customer.testClock ? null : by.currentPeriodEnd;
    await followPeriod(em, customer.organization.id, [accountOf(customer, meter)], end);
  }
}
