/** The moving of events from Postgres to ClickHouse, while they come in and are read. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { checkCopied, clearCopied } from '../../usage/clear-events.ts';
import { copyNext, startCopying, switchOver } from '../../usage/copy-events.ts';
import { makePartitions } from '../../usage/event-partitions.ts';
import { standingStore } from '../../usage/event-store-state.ts';
import { USAGE_LOCK } from '../../usage/write-events.ts';
import { type BothStores, bothStores, slow, torn } from './both-stores.ts';
import { describeOnClickHouse } from './clickhouse.ts';

let stores: BothStores;
const never = () => false;

describeOnClickHouse('moving over', () => {
  beforeEach(async () => {
    stores = await bothStores();
  });
  afterEach(() => stores[Symbol.asyncDispose]());

  it('loses nothing and doubles nothing while events come in, and whoever reads finds all that was acknowledged', async () => {
    const { client, clickhouse, mover } = stores;
    await makePartitions(client, Date.now());
    await stores.write(2_000);
    let acknowledged = 2_000;
    let sent = 2_000;
    let isOver = false;
    const sending = Array.from({ length: 3 }, async () => {
      while (!isOver) {
        sent += 50;
        const { inserted } = await stores.write(50);
        acknowledged += inserted;
        await new Promise((passed) => setTimeout(passed, 20));
      }
    });
    const reads = async () => {
      const least = acknowledged;
      const { state } = await standingStore(client);
      if (state === 'clickhouse') expect((await mover.move(10_000)).isComplete).toBe(true);
      const found = state === 'clickhouse' ? await stores.inClickHouse() : await stores.inPostgres();
      expect(new Set(found).size).toBe(found.length);
      expect(found.length).toBeGreaterThanOrEqual(least);
      expect(found.length).toBeLessThanOrEqual(sent);
      return state;
    };
    const states = [await reads()];
    await startCopying(client);
    for (let slice = { ms: 20, isCaughtUp: false }; !slice.isCaughtUp; ) {
      slice = await copyNext(client, clickhouse.client, slice.ms);
      states.push(await reads());
    }
    expect(await checkCopied(client, clickhouse.client)).toBeNull();
    while (!(await switchOver(client, clickhouse.client))) await stores.copies();
    for (let look = 0; look < 3; look += 1) states.push(await reads());
    expect(await clearCopied(client, clickhouse.client, never)).toBe(true);
    states.push(await reads());
    isOver = true;
    await Promise.all(sending);
    states.push(await reads());
    expect([...new Set(states)]).toEqual(['postgres', 'moving', 'clickhouse']);
    expect(await stores.inPostgres()).toEqual([]);
    expect(await stores.inClickHouse()).toHaveLength(acknowledged);
  });

  it('carries every column as it is', async () => {
    const { client, clickhouse } = stores;
    await stores.write(1, 'call');
    await client.query(
      `update events set customer_id = gen_random_uuid(), member_id = gen_random_uuid(), external_member_id = E'o\\'b\\t',
         external_id = E'"1"\\n', parent_id = gen_random_uuid(), source = 'system', "timestamp" = '1970-01-01T00:00:00.001Z'`,
    );
    const columns =
      'id, organization_id, subject, customer_id, external_customer_id, member_id, external_member_id, name';
    const { rows } = await client.query(
      `select ${columns}, source, external_id, parent_id, metadata::text, received_at::text from events`,
    );
    await stores.movesOver();
    const answer = await clickhouse.client.query({
      query: `select ${columns}, source, external_id, parent_id, metadata, timestamp,
        concat(toString(received_at), '+00') as received_at from events`,
      format: 'JSONEachRow',
    });
    const [there] = await answer.json<Record<string, unknown>>();
    const { received_at: received, ...row } = rows[0];
    expect(there).toMatchObject({ ...row, timestamp: '1970-01-01 00:00:00.001' });
    expect(Date.parse(String(there?.received_at))).toBe(Date.parse(received));
    expect(String(there?.received_at).slice(0, 26).replace(/0+$/, '')).toBe(received.slice(0, -3).replace(/0+$/, ''));
  });

  it('waits for whoever commits late, so that no place is passed that still fills', async () => {
    const { database } = stores;
    const late = new Client({ connectionString: database.url });
    await late.connect();
    await late.query('begin');
    await late.query(`select pg_advisory_xact_lock_shared(${USAGE_LOCK})`);
    await late.query(
      `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
       select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'late', 'user', now(), clock_timestamp() - interval '5 seconds', '{}'`,
    );
    const copying = stores.copies();
    const outcome = await Promise.race([copying, new Promise((passed) => setTimeout(passed, 700, 'waits'))]);
    expect(outcome).toBe('waits');
    await late.query('commit');
    await late.end();
    await copying;
    expect(await stores.inClickHouse()).toHaveLength(1);
  });

  it('goes on where it was when it is killed between two steps, and counts once what was copied twice', async () => {
    const { client, clickhouse } = stores;
    await stores.write(30);
    await startCopying(client);
    const kill = torn(client);
    for (let part = 0; part < 20; part += 1) {
      await copyNext(kill, clickhouse.client, 60_000).catch(() => {});
      await copyNext(client, clickhouse.client, 60_000);
    }
    await stores.write(5);
    await expect(switchOver(kill, clickhouse.client)).rejects.toThrow();
    expect(await standingStore(client)).toMatchObject({ state: 'moving' });
    while (!(await switchOver(client, clickhouse.client)));
    expect((await stores.inClickHouse('')).length).toBeGreaterThan(35);
    expect(await stores.inClickHouse()).toEqual(await stores.inPostgres());
  });

  it('copies a time again in pieces where there is more of it than fits, and all of one moment', async () => {
    const { client } = stores;
    const many = (at: string) =>
      client.query(
        `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
         select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'call', 'user', now(), ${at}, '{}'
         from generate_series(1, 60000) n`,
      );
    await many(`now() - interval '1 hour' + n * interval '10 ms'`);
    await many(`now() - interval '2 hours'`);
    await stores.copies(86_400_000);
    expect(await stores.inClickHouse()).toHaveLength(120_000);
  });

  it('copies long events in small pieces, also those of one moment', async () => {
    const { client, clickhouse } = stores;
    await stores.long(400, `now() - interval '1 hour' + n * interval '10 ms'`);
    await stores.long(400, `now() - interval '2 hours'`);
    await startCopying(client);
    const pieces: number[] = [];
    for (let slice = { ms: 86_400_000, isCaughtUp: false }; !slice.isCaughtUp; ) {
      const { moved } = await standingStore(client);
      slice = await copyNext(client, clickhouse.client, slice.ms);
      pieces.push((await standingStore(client)).moved - moved);
    }
    const most = 16_000_000 / 98_000;
    expect(pieces.filter((size) => size > most)).toEqual([400]);
    expect(await stores.inClickHouse()).toHaveLength(800);
    // Too much for the moment in which nobody writes.
    await stores.long(700);
    expect(await switchOver(client, clickhouse.client)).toBe(false);
    while (!(await switchOver(client, clickhouse.client))) await stores.copies();
    expect(await stores.inClickHouse()).toHaveLength(1_500);
    // Found to be missing after all, they are carried in small pieces as well.
    await clickhouse.client.command({ query: 'truncate table events' });
    expect(await clearCopied(client, clickhouse.client, never)).toBe(true);
    expect(await stores.inClickHouse()).toHaveLength(1_500);
  });

  it('copies first what takes too long while nobody writes', async () => {
    const { client, clickhouse } = stores;
    await stores.copies();
    await stores.long(10);
    expect(await switchOver(client, slow(clickhouse.client, 500_000))).toBe(false);
    expect(await standingStore(client)).toMatchObject({ state: 'moving' });
    while (!(await switchOver(client, clickhouse.client)));
    expect(await stores.inClickHouse()).toHaveLength(10);
  });

  it('copies again from the month on of which some are missing', async () => {
    const { client, clickhouse } = stores;
    await stores.received('2026-01-05T00:00:00Z', '2026-02-05T00:00:00Z', '2026-02-28T23:59:59.999999Z', '2026-03-01Z');
    await stores.copies();
    expect(await checkCopied(client, clickhouse.client)).toBeNull();
    await clickhouse.client.command({ query: 'alter table events drop partition 202602' });
    expect(await checkCopied(client, clickhouse.client)).toBe(202602);
    expect(await standingStore(client)).toMatchObject({ moved: 1, copyUntil: null });
    await stores.copies();
    expect(await checkCopied(client, clickhouse.client)).toBeNull();
    expect(await stores.inClickHouse()).toHaveLength(4);
  });

  it('then empties Postgres: months that are over are dropped, and what is missing after all is carried over', async () => {
    const { client, clickhouse } = stores;
    await stores.received('2026-01-05T00:00:00Z', '2026-02-05T00:00:00Z', '2026-03-01T00:00:00Z');
    await makePartitions(client, Date.UTC(2026, 0, 15));
    await makePartitions(client, Date.now());
    await stores.write(10);
    await stores.movesOver();
    await clickhouse.client.command({ query: 'alter table events drop partition 202602' });
    await stores.write(3);
    expect(await clearCopied(client, clickhouse.client, () => true)).toBe(false);
    expect(await clearCopied(client, clickhouse.client, never)).toBe(true);
    // What came in since is carried by whoever carries.
    expect(await stores.inPostgres()).toHaveLength(3);
    expect(await stores.mover.move(10_000)).toEqual({ moved: 3, isComplete: true });
    expect(await stores.inClickHouse()).toHaveLength(16);
    const { rows } = await client.query(
      `select to_regclass('events_2026_01') as january, to_regclass('events_2026_02') as f`,
    );
    expect(rows).toEqual([{ january: null, f: 'events_2026_02' }]);
    expect(await clearCopied(client, clickhouse.client, never)).toBe(true);
  });

  it('carries a month of which some are missing to its end, also where that takes several steps', async () => {
    const { client, clickhouse } = stores;
    await makePartitions(client, Date.UTC(2026, 1, 15));
    await makePartitions(client, Date.now());
    await client.query(
      `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
       select gen_random_uuid(), $1, $1, 'call', 'user', now(), timestamptz '2026-02-05T00:00:00Z' + n * interval '10 ms', '{}'
       from generate_series(1, 30000) n`,
      [stores.organizationId],
    );
    const all = await stores.inPostgres();
    await stores.movesOver();
    await clickhouse.client.command({
      query: `alter table events delete where cityHash64(id) % 10 = 0 settings mutations_sync = 2`,
    });
    expect((await stores.inClickHouse()).length).toBeLessThan(28_000);
    // After one piece there are more in ClickHouse than are left in Postgres, and still not all of those.
    let steps = 0;
    for (let isOver = false; !isOver; ) {
      steps += 1;
      const pieces = Array.from({ length: steps });
      isOver = await clearCopied(client, clickhouse.client, () => pieces.splice(0, 1).length === 0);
    }
    const found = await stores.inClickHouse();
    expect(found).toHaveLength(all.length);
    expect(found).toEqual(all);
    expect(await stores.inPostgres()).toEqual([]);
    expect(steps).toBeGreaterThan(2);
  });

  it('is nothing but a switch where there are no events yet', async () => {
    await stores.movesOver();
    expect(await clearCopied(stores.client, stores.clickhouse.client, never)).toBe(true);
    await stores.write(2);
    expect((await stores.mover.move(10_000)).moved).toBe(2);
  });
});
