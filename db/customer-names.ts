/**
 * What merchants call a customer: given once, taken back with the customer's deletion, after which it may be somebody
 * else's. Usage is kept by it, so that it is given and taken here alone.
 */
import { closeAccounts } from '../usage/accounts.ts';
import type { EventStore } from '../usage/event-store.ts';
import { EventStoreInUse } from '../usage/event-store-in-use.ts';
import { joinAccounts } from '../usage/join-accounts.ts';
import { subjectOf, subjectOfCustomer } from '../usage/subjects.ts';
import { lockMeters } from './credits.ts';
import type { CustomerRow } from './entities/customer.ts';
import { CustomerMeter, type CustomerMeterRow } from './entities/customer-meter.ts';
import type { MeterRow } from './entities/meter.ts';
import type { EntityManager } from './orm.ts';

/** Where events are, as the environment says. */
export interface EventPlaces {
  readonly DATABASE_URL: string;
  readonly CLICKHOUSE_URL?: string | undefined;
}

/** Of a customer without one, whose row is locked. What comes in under it counts in their periods from now on. */
export async function nameCustomer(
  em: EntityManager,
  customer: CustomerRow,
  externalId: string,
  at: Date,
  places: EventPlaces,
): Promise<void> {
  customer.externalId = externalId;
  // The database adds the meters that have counted under this name.
  await em.flush();
  const meters = await metersOf(em, customer);
  const locked = await lockMeters(
    em,
    customer.id,
    meters.map(({ id }) => id),
    at,
  );
  const billed = locked.filter(({ subscriptionId }) => subscriptionId);
  if (billed.length === 0) return;
  await withStore(em, places, (store) =>
    joinAccounts(
      em,
      store,
      subjectOfCustomer(customer.id),
      subjectOf(customer.organization.id, externalId),
      billed.map(({ meter: { id, filter, aggregation, organization } }) => ({
        ...{ id, filter, aggregation, organizationId: organization.id },
      })),
    ),
  );
}

/** What is asked of Postgres is asked in the transaction: nobody who waits for it is waited for unseen. */
async function withStore<T>(
  em: EntityManager,
  places: EventPlaces,
  work: (store: EventStore) => Promise<T>,
): Promise<T> {
  const store = new EventStoreInUse({
    ask: (text, values) => em.execute(text, [...values]),
    databaseUrl: places.DATABASE_URL,
    clickhouseUrl: places.CLICKHOUSE_URL,
    isWhole: true,
  });
  return work(store).finally(() => store.close());
}

/** What was counted under it is the deleted customer's, and nothing of it the next one's who is called so. */
export async function takeNameBack(em: EntityManager, customer: CustomerRow, at: Date): Promise<void> {
  if (!customer.externalId) return;
  const meters = await metersOf(em, customer);
  await lockMeters(
    em,
    customer.id,
    meters.map(({ id }) => id),
    at,
  );
  const named = subjectOf(customer.organization.id, customer.externalId);
  await closeAccounts(
    em,
    meters.map(({ id, aggregation }) => ({ subjects: [named], meterId: id, func: aggregation.func })),
  );
  customer.externalId = null;
  await em.flush();
}

async function metersOf(em: EntityManager, customer: CustomerRow): Promise<MeterRow[]> {
  const found = await em.find(
    CustomerMeter,
    { customer: customer.id },
    { populate: ['meter'], disableIdentityMap: true },
  );
  return (found as CustomerMeterRow[]).map(({ meter }) => meter);
}
