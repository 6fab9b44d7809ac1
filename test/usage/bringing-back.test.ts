/** The way back of events from ClickHouse to Postgres, while they come in and are read. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { askOf } from '../../db/ask.ts';
import { clearCopied } from '../../usage/clear-events.ts';
import { callOffCopying, copyNext } from '../../usage/copy-events.ts';
import { makePartitions } from '../../usage/event-partitions.ts';
import { EventStoreInUse } from '../../usage/event-store-in-use.ts';
import { standingStore } from '../../usage/event-store-state.ts';
import { EventMover, moveNext } from '../../usage/move-events.ts';
import { callOffReturning, checkReturned, returnNext, startReturning, switchBack } from '../../usage/return-events.ts';
import { type BothStores, beforeBegin, bothStores, torn } from './both-stores.ts';
import { describeOnClickHouse, stuckClickHouse } from './clickhouse.ts';

const never = () => false;
const EVERY_COLUMN = `select to_jsonb(e) as event from events e order by id`;

describeOnClickHouse('bringing back', () => {
  let stores: BothStores;
  beforeEach(async () => {
    stores = await bothStores();
  });
  afterEach(() => stores[Symbol.asyncDispose]());

  const movesThere = async () => {
    await stores.movesOver();
    expect(await clearCopied(stores.client, stores.clickhouse.client, never)).toBe(true);
  };
  const bringsBack = async () => {
    const { client, clickhouse, mover } = stores;
    await startReturning(client);
    while (!(await returnNext(client, clickhouse.client, mover)));
  };
  const comesBack = async () => {
    const { client, clickhouse } = stores;
    await bringsBack();
    expect(await checkReturned(client, clickhouse.client)).toBeNull();
    while (!(await switchBack(client, clickhouse.client))) await bringsBack();
  };
  const everyEvent = async () => (await stores.client.query<{ event: object }>(EVERY_COLUMN)).rows;
  const tables = async () => {
    const { rows } = await stores.client.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relname like 'events\\_%' order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('loses nothing and doubles nothing while events come in, and whoever reads finds all that was acknowledged', async () => {
    const { client, clickhouse, database, mover, organizationId } = stores;
    await makePartitions(client, Date.now());
    await stores.received('2026-01-31T23:59:59.999999Z', '2026-02-01T00:00:00Z', '2026-02-28T00:00:00.000001Z');
    await stores.write(2_000);
    await movesThere();
    let acknowledged = 2_003;
    let sent = 2_003;
    let isOver = false;
    const sending = Array.from({ length: 3 }, async () => {
      while (!isOver) {
        sent += 50;
        const { inserted } = await stores.write(50);
        acknowledged += inserted;
        await new Promise((passed) => setTimeout(passed, 20));
      }
    });
    const store = new EventStoreInUse({
      ask: askOf(database.orm),
      databaseUrl: database.url,
      clickhouseUrl: clickhouse.url,
    });
    const found: number[] = [];
    const reading = (async () => {
      while (!isOver) {
        const least = acknowledged;
        const count = await store.count({ organization: organizationId });
        found.push(count);
        expect(count).toBeGreaterThanOrEqual(least);
        expect(count).toBeLessThanOrEqual(sent);
        await new Promise((passed) => setTimeout(passed, 5));
      }
    })();
    // As the worker does.
    const carrying = (async () => {
      while (!isOver) await mover.move(1_000);
    })();
    await comesBack();
    const asked = found.length;
    while (found.length < asked + 5) await new Promise((passed) => setTimeout(passed, 20));
    isOver = true;
    await Promise.all([...sending, reading, carrying]);
    await store.close();
    expect(await standingStore(client)).toMatchObject({ state: 'postgres', isCleared: false, copiedBefore: null });
    const ids = await stores.inPostgres();
    expect(ids).toHaveLength(acknowledged);
    expect(new Set(ids).size).toBe(acknowledged);
    expect((await tables()).filter((name) => name.startsWith('events_back'))).toEqual([]);
  });

  it('brings every column as it was, into the tables of the months, with their indexes, there and back again', async () => {
    const { client } = stores;
    await stores.received('1971-01-01T00:00:00Z', '2026-01-31T23:59:59.999999Z', '2026-02-01T00:00:00.000001Z');
    await client.query(
      `update events set customer_id = gen_random_uuid(), member_id = gen_random_uuid(), external_member_id = E'o\\'b\\t',
         external_id = E'"1"\\n\\\\N', parent_id = gen_random_uuid(), source = 'system',
         "timestamp" = '1969-12-31T23:59:59.999Z', metadata = '{"n": 123456789012345678901234567890.12, "Ö": ["\\\\u0001"]}'
       where received_at < '2026-02-01'`,
    );
    await stores.write(20);
    await makePartitions(client, Date.now());
    const before = await everyEvent();
    for (let times = 0; times < 2; times += 1) {
      await movesThere();
      expect(await everyEvent()).toEqual([]);
      await stores.write(0);
      await comesBack();
      expect(await everyEvent()).toEqual(before);
    }
    const names = await tables();
    expect(names).toEqual(expect.arrayContaining(['events_1971_01', 'events_2026_01', 'events_2026_02']));
    const { rows } = await client.query(
      `select count(*)::int as indexes from pg_index where indrelid = 'events_2026_01'::regclass
         and exists (select from pg_inherits where inhrelid = indexrelid)`,
    );
    expect(rows).toEqual([{ indexes: 4 }]);
    const checks = await client.query(`select from pg_constraint where conname = 'within_month'`);
    expect(checks.rowCount).toBe(0);
    expect(await client.query('select from only events_other')).toMatchObject({ rowCount: 0 });
  });

  it('goes on where it was when it is killed between two steps', async () => {
    const { client, clickhouse, mover } = stores;
    await stores.received('2026-01-05T00:00:00Z', '2026-02-05T00:00:00Z', '2026-03-01T00:00:00Z');
    await stores.write(30);
    const before = await everyEvent();
    await movesThere();
    const kill = torn(client);
    await expect(startReturning(kill)).rejects.toThrow();
    await startReturning(client);
    for (let isCaughtUp = false; !isCaughtUp; ) {
      await returnNext(kill, clickhouse.client, mover).catch(() => {});
      isCaughtUp = await returnNext(client, clickhouse.client, mover);
    }
    await expect(switchBack(kill, clickhouse.client)).rejects.toThrow();
    expect(await standingStore(client)).toMatchObject({ state: 'returning', returned: 33 });
    expect(await checkReturned(client, clickhouse.client)).toBeNull();
    expect(await switchBack(client, clickhouse.client)).toBe(true);
    expect(await everyEvent()).toEqual(before);
    expect(await switchBack(client, clickhouse.client)).toBe(true);
  });

  it('counts once what was in both as it switched, and leaves what had not been carried yet', async () => {
    const { client, clickhouse } = stores;
    await makePartitions(client, Date.now());
    await movesThere();
    await stores.write(4);
    await bringsBack();
    await stores.write(5);
    // Whoever carries is killed before they let go of Postgres.
    const { rows } = await client.query<{ name: string }>(
      `select distinct tableoid::regclass::text as name from events`,
    );
    const part = { block: 0, from: '-infinity', until: 'infinity', withinMs: 10_000, most: 16_000_000 };
    await expect(moveNext(torn(client), clickhouse.client, String(rows[0]?.name), part)).rejects.toThrow();
    await stores.write(6);
    expect(await stores.inClickHouse('final')).toHaveLength(9);
    expect(await switchBack(client, clickhouse.client)).toBe(true);
    const ids = await stores.inPostgres();
    expect(ids).toHaveLength(15);
    expect(new Set(ids).size).toBe(15);
  });

  it('brings back again from the month on of which some are missing', async () => {
    const { client, clickhouse } = stores;
    await stores.received('2026-01-05T00:00:00Z', '2026-02-05T00:00:00Z', '2026-02-28T23:59:59.999999Z', '2026-03-01Z');
    const before = await everyEvent();
    await movesThere();
    await bringsBack();
    await client.query(`delete from events_back_2026_02 where received_at > '2026-02-10'`);
    expect(await checkReturned(client, clickhouse.client)).toBe('2026_02');
    expect(await standingStore(client)).toMatchObject({ returned: 1, returnedBefore: '2026-02-01 00:00:00.000000' });
    await comesBack();
    expect(await everyEvent()).toEqual(before);
  });

  it('brings back again what has come back twice', async () => {
    const { client, clickhouse } = stores;
    await stores.received('2026-01-05T00:00:00Z', '2026-02-05T00:00:00Z');
    const before = await everyEvent();
    await movesThere();
    await bringsBack();
    await client.query('insert into events_back_2026_02 select * from events_back_2026_02');
    expect(await checkReturned(client, clickhouse.client)).toBe('2026_02');
    await comesBack();
    expect(await everyEvent()).toEqual(before);
  });

  it('leaves alone what was begun anew while it was counted', async () => {
    const { client, clickhouse } = stores;
    await stores.received('2026-01-05T00:00:00Z', '2026-02-05T00:00:00Z');
    const before = await everyEvent();
    await movesThere();
    await bringsBack();
    await client.query('delete from events_back_2026_02');
    const late = beforeBegin(client, async () => {
      await callOffReturning(client);
      await startReturning(client);
    });
    await checkReturned(late, clickhouse.client);
    expect(await standingStore(client)).toMatchObject({ state: 'returning', returned: 0, returnedBefore: null });
    await comesBack();
    expect(await everyEvent()).toEqual(before);
  });

  it.each([
    ['says nothing', ''],
    ['stops in the midst of an answer', '{"n":'],
  ])('lets go of the switch where ClickHouse %s', async (_, beginning) => {
    const { client } = stores;
    await stores.write(3);
    await movesThere();
    await bringsBack();
    await using stuck = await stuckClickHouse(beginning);
    const switching = switchBack(client, stuck.client);
    expect(await stores.write(2)).toMatchObject({ inserted: 2 });
    expect(await switching).toBe(false);
    expect(await standingStore(client)).toMatchObject({ state: 'returning' });
    await comesBack();
    expect(await stores.inPostgres()).toHaveLength(5);
  });

  it('says which table is in the way of a month', async () => {
    const { client, clickhouse } = stores;
    await stores.received('2026-01-05T00:00:00Z');
    await movesThere();
    await client.query('create table events_2026_01 (n int)');
    await bringsBack();
    await expect(checkReturned(client, clickhouse.client)).rejects.toThrow('events_2026_01 is in the way');
    await client.query('drop table events_2026_01');
    await comesBack();
    expect(await stores.inPostgres()).toHaveLength(1);
  });

  it('is called off before the switch, as is the moving there', async () => {
    const { client, clickhouse, mover } = stores;
    await stores.write(3);
    await stores.copies();
    await callOffCopying(client);
    expect(await standingStore(client)).toMatchObject({ state: 'postgres', copiedBefore: null, moved: 0 });
    // A step that was taken for dead.
    expect(await copyNext(client, clickhouse.client, 1_000)).toMatchObject({ isCaughtUp: true });
    expect(await standingStore(client)).toMatchObject({ copiedBefore: null });
    await movesThere();
    await bringsBack();
    await stores.write(2);
    await callOffReturning(client);
    expect(await standingStore(client)).toMatchObject({ state: 'clickhouse', isCleared: true, returned: 0 });
    expect(await returnNext(client, clickhouse.client, mover)).toBe(true);
    expect(await switchBack(client, clickhouse.client)).toBe(false);
    expect(await tables()).toEqual(['events_other']);
    expect((await mover.move(10_000)).isComplete).toBe(true);
    expect(await stores.inClickHouse('final')).toHaveLength(5);
  });

  it('takes nothing out of Postgres any more once it is over', async () => {
    const { client, clickhouse } = stores;
    await stores.write(3);
    await movesThere();
    await comesBack();
    await stores.write(2);
    const part = { block: 0, from: '-infinity', until: 'infinity', withinMs: 10_000, most: 16_000_000 };
    expect(await moveNext(client, clickhouse.client, 'events_other', part)).toBeNull();
    const mover = new EventMover(stores.database.url, clickhouse.client);
    expect(await mover.move(10_000)).toEqual({ moved: 0, isComplete: true });
    await mover.close();
    expect(await clearCopied(client, clickhouse.client, never)).toBe(false);
    expect(await stores.inPostgres()).toHaveLength(5);
  });

  it('does not begin before Postgres holds no more of what was copied', async () => {
    await stores.write(3);
    await stores.movesOver();
    await startReturning(stores.client);
    expect(await standingStore(stores.client)).toMatchObject({ state: 'clickhouse' });
  });
});
