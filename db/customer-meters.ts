/** What a customer has used of their meters, and is credited on them: right at once after an event was taken in. */
import Big from 'big.js';
import type { CustomerId, MeterId, OrganizationId, SubscriptionId } from '../billing/ids.ts';
import { type Account, unitsUsed, unitsUsedSoFar } from '../usage/accounts.ts';
import { subjectsOf } from '../usage/subjects.ts';
import { CustomerMeter, type CustomerMeterRow } from './entities/customer-meter.ts';
import type { MeterRow } from './entities/meter.ts';
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

/** Of the running period alone, or also what came after its end while it isn't closed yet. */
export type Until = 'period_end' | 'now';

/** Customer and meter of each row are loaded. As `rows`. */
export async function usageOf(
  em: EntityManager,
  rows: readonly CustomerMeterRow[],
  until: Until = 'period_end',
): Promise<Usage[]> {
  const used = { period_end: unitsUsed, now: unitsUsedSoFar }[until];
  const consumed = await used(
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
  until: Until = 'period_end',
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
  const usages = await usageOf(em, rows, until);
  for (const [i, { subscriptionId, meter }] of rows.entries()) {
    if (!subscriptionId) continue;
    const meters = bySubscription.get(subscriptionId) ?? new Map<MeterId, Usage>();
    bySubscription.set(subscriptionId, meters.set(meter.id, usages[i] ?? UNUSED));
  }
  return bySubscription;
}
