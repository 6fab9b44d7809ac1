/** The events of a scenario of plans: taken in by several processes at once, and read in the store that they are in. */
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { askOf } from '../../db/ask.ts';
import { EventStoreInUse } from '../../usage/event-store-in-use.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { subjectOfCustomer } from '../../usage/subjects.ts';
import { aDatabaseForLives, type LivesDatabase } from '../lives/database.ts';
import { freshClickHouse } from './clickhouse.ts';
import { type Counting, consumed, exact, isCounted, type Sent } from './oracle-naive.ts';
import { METERS, type Scenario } from './oracle-plans-scenario.ts';
import type { Keyed } from './oracle-plans-usage.ts';
import { readInClickHouse } from './stores.ts';

export interface PlansDatabase extends LivesDatabase {
  /** Each as of a process of its own. */
  readonly writers: readonly EventWriter[];
  readonly store: EventStoreInUse;
  /** From now on events are read there. */
  moveToClickHouse(): Promise<void>;
}

export async function aDatabaseForPlans({ isInClickHouse }: { isInClickHouse: boolean }): Promise<PlansDatabase> {
  const [lives, clickhouse] = await Promise.all([aDatabaseForLives(), isInClickHouse ? freshClickHouse() : null]);
  const { orm, environment } = lives.deps;
  const databaseUrl = String(environment.DATABASE_URL);
  const others = [new EventWriter(databaseUrl), new EventWriter(databaseUrl)];
  const store = new EventStoreInUse({ ask: askOf(orm), databaseUrl, clickhouseUrl: clickhouse?.url });
  return {
    ...lives,
    writers: [lives.services.events, ...others],
    store,
    moveToClickHouse: () => readInClickHouse(orm),
    async [Symbol.asyncDispose]() {
      await store.close();
      for (const writer of others) await writer.close();
      await lives[Symbol.asyncDispose]();
      await clickhouse?.[Symbol.asyncDispose]();
    },
  };
}

export interface Whose {
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
}

export async function send(
  { writers }: PlansDatabase,
  { organizationId, customerId }: Whose,
  via: number,
  events: readonly Keyed[],
): Promise<number> {
  const writer = writers[via % writers.length];
  const { inserted, duplicates } = (await writer?.write({
    organizationId,
    events: events.map(({ name, timestamp, metadata, key }) => ({
      ...{ subject: subjectOfCustomer(customerId), customerId, externalCustomerId: null, memberId: null },
      ...{ externalMemberId: null, name, source: 'user', timestamp, parentId: null, metadata },
      externalId: key === null ? null : `key-${key}`,
    })),
  })) ?? { inserted: 0, duplicates: 0 };
  expect(inserted + duplicates).toBe(events.length);
  return inserted;
}

/** What is listed and charted is what was sent, each once. */
export async function compareEvents(
  { store }: PlansDatabase,
  { organizationId }: Whose,
  { filters }: Scenario,
  [sent, countings]: readonly [readonly Sent[], readonly Counting[]],
): Promise<void> {
  const query = { organization: organizationId, sources: ['user'] as const };
  const listed = await store.page(query, { direction: 'asc', limit: sent.length + 1, offset: 0 });
  expect(listed.map(toldOf).toSorted()).toEqual(sent.map(toldOf).toSorted());
  const first = Math.min(0, ...sent.map(({ timestamp }) => timestamp));
  for (const [i, counting] of countings.entries()) {
    const filtered = { ...query, filters: filters.slice(i, i + 1) };
    const { aggregation } = METERS[i] ?? { aggregation: { func: 'count' as const } };
    const { total } = await store.quantities(filtered, { aggregation, starts: [first] });
    expect({ i, count: await store.count(filtered), total: exact(total) }).toEqual({
      ...{ i, count: sent.filter((event) => isCounted(counting.filter, event)).length },
      total: consumed(counting, sent),
    });
  }
}

const toldOf = ({ timestamp, metadata: { tokens, model } }: Pick<Sent, 'timestamp' | 'metadata'>) =>
  JSON.stringify([timestamp, tokens, model]);
