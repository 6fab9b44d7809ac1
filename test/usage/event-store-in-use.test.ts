/** Where events are read: before, while and after they are moved to ClickHouse, and while that is away. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { askOf } from '../../db/ask.ts';
import { hasEvents, writeId } from '../../usage/clickhouse/tables.ts';
import { claim } from '../../usage/event-store-id.ts';
import { EventStoreInUse } from '../../usage/event-store-in-use.ts';
import type { Ask } from '../../usage/postgres/fragments.ts';
import { freshDatabase } from '../api/fresh-database.ts';
import { type BothStores, bothStores } from './both-stores.ts';
import { describeOnClickHouse, freshClickHouse } from './clickhouse.ts';
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

  it('is away whatever goes wrong while events are carried over, and is faulty where the question is', async () => {
    await readInClickHouse(both.database.orm);
    const store = open(both.clickhouse.url);
    await store.count(named('moved'));
    const renames = (from: string, to: string) =>
      both.clickhouse.client.command({ query: `alter table events rename column ${from} to ${to}` });
    await renames('external_member_id', 'elsewhere');
    await both.write(1, 'late');
    await expect(store.count(named('late'))).rejects.toMatchObject({ name: 'EventsAway', cause: { code: '16' } });
    await renames('elsewhere', 'external_member_id');
    expect(await store.count(named('late'))).toBe(1);
    await renames('metadata', 'elsewhere');
    await expect(store.count({ ...named('late'), holding: 'a' })).rejects.toMatchObject({ code: '47' });
    await renames('elsewhere', 'metadata');
    await both.clickhouse.client.command({ query: 'rename table events to gone' });
    await expect(store.count(named('late'))).rejects.toMatchObject({ name: 'EventsAway', cause: { code: '60' } });
    await both.clickhouse.client.command({ query: 'rename table gone to events' });
  });

  it('is no other ClickHouse that has the same tables: nothing is read or put there', async () => {
    await using other = await freshClickHouse();
    await claim(both.client, both.clickhouse.client);
    await claim(both.client, both.clickhouse.client);
    await readInClickHouse(both.database.orm);
    await both.write(1, 'kept');
    const refusal = { name: 'EventsAway', cause: { name: 'OtherClickHouse' } };
    await expect(open(other.url).count(named('kept'))).rejects.toMatchObject(refusal);
    await expect(claim(both.client, other.client)).rejects.toThrow('names another database');
    await writeId(other.client, randomUUID());
    await expect(open(other.url).count(named('kept'))).rejects.toMatchObject(refusal);
    expect(await hasEvents(other.client)).toBe(false);
    expect(await open(both.clickhouse.url).count(named('kept'))).toBe(1);
    // Whose events have not been moved yet doesn't take one that others have theirs in.
    await using fresh = await freshDatabase();
    const client = new Client({ connectionString: fresh.url });
    await client.connect();
    await expect(claim(client, both.clickhouse.client)).rejects.toThrow('name an empty database');
    await claim(client, other.client);
    await client.end();
  });
});
