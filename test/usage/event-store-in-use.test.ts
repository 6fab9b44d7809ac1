/** Where events are read: before, while and after they are moved to ClickHouse, and while that is away. */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { askOf } from '../../db/ask.ts';
import { EventStoreInUse } from '../../usage/event-store-in-use.ts';
import type { Ask } from '../../usage/postgres/fragments.ts';
import { type BothStores, bothStores } from './both-stores.ts';
import { describeOnClickHouse } from './clickhouse.ts';
import { readInClickHouse } from './stores.ts';

const NOWHERE = 'http://127.0.0.1:9/none';

describeOnClickHouse('the store in use', () => {
  let both: BothStores;
  const opened: EventStoreInUse[] = [];
  beforeAll(async () => {
    both = await bothStores();
  });
  beforeEach(() => both.client.query(`update event_store set state = 'postgres', cleared_at = null`));
  afterAll(async () => {
    for (const store of opened) await store.close();
    await both[Symbol.asyncDispose]();
  });

  const open = (clickhouseUrl: string | undefined, ask: Ask = askOf(both.database.orm)) => {
    const store = new EventStoreInUse({ ask, databaseUrl: both.database.url, clickhouseUrl });
    opened.push(store);
    return store;
  };
  const named = (name: string) => ({ organization: both.organizationId, names: [name] });

  it('is Postgres until events have been moved, whatever ClickHouse does', async () => {
    await both.write(3, 'early');
    expect(await open(NOWHERE).count(named('early'))).toBe(3);
    expect(await open(undefined).count(named('early'))).toBe(3);
  });

  it('is ClickHouse from then on, with what came in a moment ago', async () => {
    await both.write(3, 'moved');
    await readInClickHouse(both.database.orm);
    const store = open(both.clickhouse.url);
    for (let more = 4; more < 8; more += 1) {
      await both.write(1, 'moved');
      const counts = await Promise.all([1, 2, 3].map(() => store.count(named('moved'))));
      expect(counts).toEqual([more, more, more]);
    }
  });

  it('is asked again where events are moved away while they are read', async () => {
    await both.write(2, 'switched');
    const ask = askOf(both.database.orm);
    const switching: Ask = async (text, values) => {
      if (text.includes('from events')) {
        await readInClickHouse(both.database.orm);
        await both.mover.move(5_000);
      }
      return ask(text, values);
    };
    expect(await open(both.clickhouse.url, switching).count(named('switched'))).toBe(2);
  });

  it('says so while ClickHouse is away, or nobody has said where it is', async () => {
    await readInClickHouse(both.database.orm);
    await expect(open(NOWHERE).count(named('moved'))).rejects.toMatchObject({ name: 'EventsAway' });
    await expect(open(undefined).count(named('moved'))).rejects.toThrow('CLICKHOUSE_URL');
  });
});
