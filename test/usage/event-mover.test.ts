/** What lands in Postgres is carried to ClickHouse: by several at once, through crashes, and past a ClickHouse that is away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type ClickHouse, startClickHouse } from '../../dev/services/clickhouse.ts';
import { clearCopied } from '../../usage/clear-events.ts';
import { makePartitions } from '../../usage/event-partitions.ts';
import { EventMover, moveNext } from '../../usage/move-events.ts';
import { startEventMover } from '../../worker/event-mover.ts';
import { eventually } from '../api/everything.ts';
import { type BothStores, bothStores, slow, torn } from './both-stores.ts';
import { describeOnClickHouse } from './clickhouse.ts';

const EVER = { block: 0, from: '-infinity', until: 'infinity', withinMs: 10_000, most: 16_000_000 };

describeOnClickHouse('carrying', () => {
  let stores: BothStores;

  beforeEach(async () => {
    stores = await bothStores();
  });
  afterEach(() => stores[Symbol.asyncDispose]());

  it('is not done before events are read in ClickHouse', async () => {
    await stores.write(3);
    expect(await stores.mover.move(10_000)).toEqual({ moved: 0, isComplete: true });
    await stores.copies();
    expect(await stores.mover.move(10_000)).toEqual({ moved: 0, isComplete: true });
    expect(await stores.inPostgres()).toHaveLength(3);
  });

  it('is done by one at a time, and whoever waited finds all of it there', async () => {
    await stores.movesOver();
    await clearCopied(stores.client, stores.clickhouse.client, () => false);
    const other = new EventMover(stores.database.url, stores.clickhouse.client);
    for (let round = 0; round < 5; round += 1) {
      await stores.write(40);
      const looks = [stores.mover, other, stores.mover, other].map(async (mover) => {
        expect((await mover.move(10_000)).isComplete).toBe(true);
        expect((await stores.inClickHouse()).length).toBe(40 * (round + 1));
      });
      await Promise.all(looks);
    }
    await other.close();
    expect(await stores.inPostgres()).toEqual([]);
  });

  it('leaves nothing out and counts once what is carried twice, when it is killed before it has let go of Postgres', async () => {
    const { client, clickhouse, mover } = stores;
    await stores.movesOver();
    await stores.write(7);
    for (let times = 0; times < 2; times += 1) {
      await expect(moveNext(torn(client), clickhouse.client, 'events_other', EVER)).rejects.toThrow();
    }
    expect(await stores.inPostgres()).toHaveLength(7);
    expect(await mover.move(10_000)).toEqual({ moved: 7, isComplete: true });
    expect(await stores.inClickHouse()).toHaveLength(7);
    expect(await stores.inPostgres()).toEqual([]);
  });

  it('goes through all that has piled up, in a table of many blocks, and before what was copied is cleared away', async () => {
    const { client, mover } = stores;
    const pile = (count: number) =>
      client.query(
        `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
         select gen_random_uuid(), $1, $1, 'call', 'user', now(), clock_timestamp(), jsonb_build_object('text', repeat('x', 700))
         from generate_series(1, ${count})`,
        [stores.organizationId],
      );
    await pile(5_000);
    await stores.movesOver();
    await pile(6_000);
    expect(await mover.move(60_000)).toEqual({ moved: 6_000, isComplete: true });
    expect(await stores.inPostgres()).toHaveLength(5_000);
    expect(await clearCopied(client, stores.clickhouse.client, () => false)).toBe(true);
    await pile(6_000);
    await mover.vacuum();
    expect(await mover.move(60_000)).toEqual({ moved: 6_000, isComplete: true });
    expect(await stores.inPostgres()).toEqual([]);
    expect(await stores.inClickHouse()).toHaveLength(17_000);
  });

  it('takes no more at once of long events than ClickHouse takes in', async () => {
    const { client, clickhouse } = stores;
    await stores.movesOver();
    await clearCopied(client, clickhouse.client, () => false);
    await stores.long(600);
    const moved: number[] = [];
    for (let block = 0; moved.reduce((a, b) => a + b, 0) < 600; ) {
      const piece = await moveNext(client, clickhouse.client, 'events_other', { ...EVER, block });
      if (piece === null || piece.next <= block) throw new Error('It did not go on.');
      moved.push(piece.moved);
      block = piece.next;
    }
    expect(Math.max(...moved)).toBeLessThanOrEqual(16_000_000 / 98_000);
    expect(moved.length).toBeLessThan(10);
    expect(await stores.inClickHouse()).toHaveLength(600);
  });

  it('takes less the next time after what took too long', async () => {
    const { database, clickhouse } = stores;
    await stores.movesOver();
    await stores.long(150);
    const mover = new EventMover(database.url, slow(clickhouse.client, 7_000_000));
    await expect(mover.move(1_500)).rejects.toThrow('did not take in');
    expect(await stores.inPostgres()).toHaveLength(150);
    let moved = 0;
    for (let times = 0; times < 4 && moved < 150; times += 1) moved += (await mover.move(1_500)).moved;
    await mover.close();
    expect(moved).toBe(150);
    expect(await stores.inClickHouse()).toHaveLength(150);
  });

  it('says that it is not complete where a month was made meanwhile', async () => {
    const { client, clickhouse, database } = stores;
    await stores.movesOver();
    await clearCopied(client, clickhouse.client, () => false);
    await makePartitions(client, Date.now());
    await stores.write(2);
    await stores.received('2020-01-15T00:00:00Z');
    const making = new Proxy(clickhouse.client, {
      get: (target, property) => {
        if (property !== 'exec') return Reflect.get(target, property);
        return async (asked: Parameters<typeof target.exec>[0]) => {
          await makePartitions(client, Date.now());
          return target.exec(asked);
        };
      },
    });
    const mover = new EventMover(database.url, making);
    expect(await mover.move(10_000)).toEqual({ moved: 2, isComplete: false });
    expect(await mover.move(10_000)).toEqual({ moved: 1, isComplete: true });
    await mover.close();
  });

  it('says so where the time is over before all is carried', async () => {
    await stores.movesOver();
    await stores.write(1);
    await stores.client.query('begin');
    await stores.client.query('select pg_advisory_xact_lock(4815162343)');
    expect(await stores.mover.move(300)).toEqual({ moved: 0, isComplete: false });
    await stores.client.query('commit');
    expect(await stores.mover.move(10_000)).toEqual({ moved: 1, isComplete: true });
  });
});

describeOnClickHouse('a ClickHouse that goes away', () => {
  let directory: string;
  let server: ClickHouse;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'perennial-clickhouse-'));
    server = await startClickHouse({ directory });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is waited for in Postgres, while events go on coming in', async () => {
    await using stores = await bothStores(server.url);
    await stores.movesOver();
    const said: string[] = [];
    const log = {
      info: (_: unknown, text: string) => said.push(text),
      warn: (_: unknown, text: string) => said.push(text),
    };
    const environment = { DATABASE_URL: stores.database.url, CLICKHOUSE_URL: stores.clickhouse.url };
    const carrying = startEventMover(environment, log as unknown as Parameters<typeof startEventMover>[1]);
    await stores.write(3);
    await eventually(async () => ((await stores.inClickHouse()).length === 3 ? true : undefined));

    await server.process.kill('SIGKILL');
    expect((await stores.write(4)).inserted).toBe(4);
    await expect(stores.mover.move(10_000)).rejects.toThrow('ECONNREFUSED');
    await eventually(async () => (said.length > 0 ? true : undefined));
    expect((await stores.write(5)).inserted).toBe(5);
    expect(await stores.inPostgres()).toHaveLength(9);

    await server.process.start();
    await eventually(async () => ((await stores.inPostgres()).length === 0 ? true : undefined));
    expect(await stores.inClickHouse()).toHaveLength(12);
    await carrying.stop();
    expect(said).toEqual([
      'events could not be carried to ClickHouse; they wait in Postgres',
      'events are carried to ClickHouse again',
    ]);
  });
});
