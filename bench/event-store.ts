/**
 * `npm run bench:event-store`: events a second on their way to ClickHouse and back, each step by itself, with nothing else to
 * do. `EVENTS` (default 1,000,000) is how many; `--write` keeps the figures.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { OrganizationId } from '../billing/ids.ts';
import { openDatabase } from '../db/orm.ts';
import { startClickHouse } from '../dev/services/clickhouse.ts';
import { startPostgres } from '../dev/services/postgres.ts';
import { checkCopied, clearCopied } from '../usage/clear-events.ts';
import { connectClickHouse } from '../usage/clickhouse/connection.ts';
import { makeTables } from '../usage/clickhouse/tables.ts';
import { copyNext, startCopying, switchOver } from '../usage/copy-events.ts';
import { makePartitions } from '../usage/event-partitions.ts';
import { EventMover } from '../usage/move-events.ts';
import { checkReturned, returnNext, startReturning, switchBack } from '../usage/return-events.ts';
import { keepFigures, table } from './figures.ts';
import { fillEvents } from './fill-events.ts';

const EVENTS = Number(process.env['EVENTS'] ?? 1_000_000);
const CUSTOMERS = 1_000;
const AT_ONCE = 20_000;

const directory = mkdtempSync(join(tmpdir(), 'perennial-bench-'));
const [postgres, server] = await Promise.all([startPostgres({ directory }), startClickHouse({ directory })]);
const orm = await openDatabase({ url: postgres.url, poolSize: 2 });
const clickhouse = connectClickHouse(`${server.url}/default`, 600_000);
const client = new Client({ connectionString: postgres.url });
const mover = new EventMover(postgres.url, clickhouse);
const rows: [string, string, string][] = [];

async function measured(what: string, beside: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  rows.push([what, `${Math.round(EVENTS / seconds)}/s`, beside]);
}

try {
  await orm.migrator.up();
  await client.connect();
  await makePartitions(client, Date.now());
  await makeTables(clickhouse);
  await fill(EVENTS);
  await startCopying(client);
  await measured('copied to ClickHouse, in pieces', 'counted and compared afterwards', async () => {
    for (let slice = { ms: 60_000, isCaughtUp: false }; !slice.isCaughtUp; ) {
      slice = await copyNext(client, clickhouse, slice.ms);
    }
  });
  if ((await checkCopied(client, clickhouse)) !== null) throw new Error('Some are missing in ClickHouse.');
  while (!(await switchOver(client, clickhouse))) await copyNext(client, clickhouse, 60_000);
  await measured('taken out of Postgres, in the running month', 'months that are over are dropped', () =>
    clearCopied(client, clickhouse, () => false),
  );
  await client.query('vacuum events');
  await fill(EVENTS);
  await measured('carried to ClickHouse as they come in', 'taken out of Postgres in the same step', () =>
    mover.move(3_600_000),
  );
  await startReturning(client);
  const all = 2 * EVENTS;
  const start = performance.now();
  while (!(await returnNext(client, clickhouse, mover)));
  const indexed = performance.now();
  if ((await checkReturned(client, clickhouse)) !== null) throw new Error('Some are missing in Postgres.');
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  rows.push([
    'brought back to Postgres, in pieces',
    `${Math.round((1000 * all) / (indexed - start))}/s`,
    'without indexes',
  ]);
  rows.push([
    `their indexes, of ${all / 1e6} million`,
    `${seconds(performance.now() - indexed)} s`,
    'with the comparison',
  ]);
  const switching = performance.now();
  if (!(await switchBack(client, clickhouse))) throw new Error('It did not switch back.');
  rows.push(['the switch back', `${Math.round(performance.now() - switching)} ms`, 'nobody writes so long']);
  table(rows);
  if (process.argv.includes('--write')) keepFigures('event-store', rows);
} finally {
  await Promise.allSettled([mover.close(), clickhouse.close(), client.end(), orm.close(true)]);
  await Promise.allSettled([postgres.stop(), server.stop()]);
  rmSync(directory, { recursive: true, force: true });
}

/** Some ten thousand at a time: those of one moment are never parted. */
async function fill(missing: number): Promise<void> {
  await client.query(`set session_replication_role = 'replica'`);
  const organizationId = randomUUID() as OrganizationId;
  const meterId = randomUUID();
  const sql = (statement: string, values: readonly unknown[]) => {
    let place = 0;
    return client.query(
      statement.replaceAll('?', () => `$${++place}`),
      [...values],
    );
  };
  for (let present = 0; present < missing; present += AT_ONCE) {
    await fillEvents(sql, { organizationId, meterId, customers: CUSTOMERS, present, missing: AT_ONCE });
  }
  await client.query(`set session_replication_role = 'origin'`);
}
