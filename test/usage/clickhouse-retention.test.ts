/** For how long events stay, once they are in ClickHouse. */

import { expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { Dependencies } from '../../activities/dependencies.ts';
import { keepPartitions } from '../../activities/usage/partitions.ts';
import { readEnvironment } from '../../config/environment.ts';
import { clearCopied } from '../../usage/clear-events.ts';
import { makePartitions } from '../../usage/event-partitions.ts';
import { type BothStores, bothStores } from './both-stores.ts';
import { describeOnClickHouse } from './clickhouse.ts';

const APRIL = Date.UTC(2026, 3, 15);

describeOnClickHouse('once events are in ClickHouse', () => {
  it('old months are dropped there, and emptied tables of months that are over in Postgres', async () => {
    await using stores = await bothStores();
    await makePartitions(stores.client, Date.UTC(2026, 0, 15));
    await stores.received('2026-01-31T23:59:59.999999Z', '2026-02-01T00:00:00Z', '2026-03-05T00:00:00Z');
    await stores.movesOver();
    await clearCopied(stores.client, stores.clickhouse.client, () => false);
    await stores.received('2026-04-01T00:00:00Z');
    await makePartitions(stores.client, APRIL);

    expect(await keepsPartitions(stores, APRIL, '2')).toMatchObject({ detached: [], dropped: [202601] });
    expect(await inClickHouse(stores)).toEqual(['2026-02', '2026-03']);
    expect(await inPostgres(stores)).toEqual(['events_2026_04', 'events_2026_05', 'events_2026_06', 'events_other']);
    expect(await stores.inPostgres()).toHaveLength(1);

    expect(await keepsPartitions(stores, APRIL, undefined)).toMatchObject({ detached: [], dropped: [] });
    expect(await keepsPartitions(stores, APRIL, '2')).toMatchObject({ dropped: [] });
    expect(await inClickHouse(stores)).toEqual(['2026-02', '2026-03']);
  });

  it('a table with something left in it stays until that is carried over', async () => {
    await using stores = await bothStores();
    await makePartitions(stores.client, Date.UTC(2026, 1, 15));
    await stores.movesOver();
    await clearCopied(stores.client, stores.clickhouse.client, () => false);
    await stores.received('2026-02-28T00:00:00Z');
    await keepsPartitions(stores, APRIL, undefined);
    expect(await inPostgres(stores)).toContain('events_2026_02');
    expect(await stores.mover.move(10_000)).toEqual({ moved: 1, isComplete: true });
    await keepsPartitions(stores, APRIL, undefined);
    expect(await inPostgres(stores)).not.toContain('events_2026_02');
  });
});

function keepsPartitions({ database, clickhouse }: BothStores, at: number, months: string | undefined) {
  const environment = readEnvironment({
    DATABASE_URL: database.url,
    CLICKHOUSE_URL: clickhouse.url,
    EVENTS_KEEP_MONTHS: months,
    STRIPE_SECRET_KEY: 'sk_test_example',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
    STRIPE_WEBHOOK_SECRET: 'whsec_example',
  });
  const deps = { environment } as Dependencies;
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(() =>
    keepPartitions(deps, { at }),
  );
}

async function inClickHouse({ clickhouse }: BothStores): Promise<string[]> {
  const query = `select formatDateTime(received_at, '%Y-%m') as month from events order by received_at`;
  const answer = await clickhouse.client.query({ query, format: 'JSONEachRow' });
  return (await answer.json<{ month: string }>()).map(({ month }) => month);
}

async function inPostgres({ client }: BothStores): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relid::text as name from pg_partition_tree('events') where isleaf order by 1`,
  );
  return rows.map(({ name }) => name);
}
