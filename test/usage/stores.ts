/** For tests of reading: the same ones while events are read in Postgres, and then once they are read in ClickHouse. */
import { beforeAll, describe } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { askOf } from '../../db/ask.ts';
import { EventStoreInUse } from '../../usage/event-store-in-use.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { type Running, startRunning } from '../api/running.ts';
import { describeOnClickHouse, freshClickHouse, hasClickHouse } from './clickhouse.ts';

/** `orm`: asked once the tests run. There is no way back to Postgres, so that this stands last in its file. */
export function onBothStores(orm: () => MikroORM, tests: () => void): void {
  describe('in Postgres', tests);
  describeOnClickHouse('in ClickHouse', () => {
    beforeAll(() => readInClickHouse(orm()));
    tests();
  });
}

/** As if all events that were there before had been moved; what is there is carried over. */
export async function readInClickHouse({ em }: MikroORM): Promise<void> {
  await em.fork().execute(`update event_store set state = 'clickhouse', finished_at = now(), cleared_at = now()`);
}

export async function startRunningOnBoth(): Promise<Running> {
  if (!hasClickHouse) return startRunning();
  const clickhouse = await freshClickHouse();
  const running = await startRunning({ clickhouseUrl: clickhouse.url });
  return {
    ...running,
    async close() {
      await running.close();
      await clickhouse[Symbol.asyncDispose]();
    },
  };
}

export interface Stored extends FreshDatabase {
  readonly store: EventStoreInUse;
}

/** Both databases without the product. */
export async function freshStores(): Promise<Stored> {
  const database = await freshDatabase();
  const clickhouse = hasClickHouse ? await freshClickHouse() : null;
  const store = new EventStoreInUse({
    ask: askOf(database.orm),
    databaseUrl: database.url,
    clickhouseUrl: clickhouse?.url,
  });
  return {
    ...database,
    store,
    async [Symbol.asyncDispose]() {
      await store.close();
      await clickhouse?.[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
