/**
 * Postgres is killed while a commit is on its way to it, and gives the number of that transaction to another one when it is
 * up again: the events were not written, so they are written once more before they are acknowledged.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import type { OrganizationId } from '../../billing/ids.ts';
import { openDatabase } from '../../db/orm.ts';
import { type Postgres, startPostgres } from '../../dev/services/postgres.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { aBatch, aLineTo, type Line } from './line.ts';

let directory: string;
let postgres: Postgres;
let line: Line;
let writer: EventWriter;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'perennial-crash-'));
  postgres = await startPostgres({ directory });
  const orm = await openDatabase({ url: postgres.url, poolSize: 1 });
  await orm.migrator.up();
  await orm.close(true);
  line = await aLineTo(postgres.url);
  writer = new EventWriter(line.url);
});
afterAll(async () => {
  await writer?.close();
  line?.server.close();
  await postgres?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function rowsOf<Row>(statement: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** The number is one that Postgres gives away for good: this is a transaction of its own. */
const nextNumber = async () => Number((await rowsOf<{ id: string }>('select pg_current_xact_id()::text as id'))[0]?.id);

it.each([1, 2, 3])('counts it once, crash %i', async () => {
  const organizationId = randomUUID() as OrganizationId;
  await writer.write(aBatch(organizationId, null));
  const before = await nextNumber();
  const broken = line.breaks(async () => {
    await postgres.process.kill('SIGKILL');
    await postgres.process.start();
    // Whatever number was lost, another transaction has it now.
    for (let number = before; number < before + 3; ) number = await nextNumber();
  });
  expect(await writer.write(aBatch(organizationId, null))).toEqual({ inserted: 1, duplicates: 0 });
  await broken;
  const [kept] = await rowsOf<{ n: number }>('select count(*)::int as n from events where organization_id = $1', [
    organizationId,
  ]);
  expect(kept?.n).toBe(2);
});
