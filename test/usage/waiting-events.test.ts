/** Events that come in faster than they are written: so many wait, by number and by size, and no more. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { OrganizationId } from '../../billing/ids.ts';
import { EventWriter, TooBusy } from '../../usage/event-writer.ts';
import type { EventBatch, WrittenBatch } from '../../usage/new-event.ts';
import { subjectOf } from '../../usage/subjects.ts';
import { USAGE_LOCK } from '../../usage/write-events.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

let database: FreshDatabase;
let holder: Client;
let writer: EventWriter;

beforeAll(async () => {
  database = await freshDatabase();
  writer = new EventWriter(database.url, { events: 20, bytes: 100_000 });
  holder = new Client({ connectionString: database.url });
  await holder.connect();
});
afterAll(async () => {
  await writer?.close();
  await holder?.end();
  await database?.[Symbol.asyncDispose]();
});

const organizationId = randomUUID() as OrganizationId;
const aBatch = (count: number, text = ''): EventBatch => ({
  organizationId,
  events: Array.from({ length: count }, () => ({
    ...{ subject: subjectOf(organizationId, 'ann'), customerId: null, externalCustomerId: 'ann', memberId: null },
    ...{ externalMemberId: null, name: 'call', source: 'user', timestamp: Date.UTC(2027, 2, 1), externalId: null },
    ...{ parentId: null, metadata: { text } },
  })),
});
const LARGE = 'x'.repeat(40_000);

it.each([
  ['many', aBatch(10)],
  ['large', aBatch(1, LARGE)],
])('refuses what is too %s while nothing can be written, and takes it in again afterwards', async (_, batch) => {
  for (let round = 0; round < 2; round += 1) {
    await holder.query(`select pg_advisory_lock(${USAGE_LOCK})`);
    // Two are on their way to the database, the second since the first is held up; two more fit.
    const written: Promise<WrittenBatch>[] = [writer.write(batch), writer.write(batch)];
    await areHeldUp(2);
    written.push(writer.write(batch), writer.write(batch));
    await expect(writer.write(batch)).rejects.toThrow(TooBusy);
    await holder.query(`select pg_advisory_unlock(${USAGE_LOCK})`);
    const inserted = batch.events.length;
    expect(await Promise.all(written)).toEqual(Array(4).fill({ inserted, duplicates: 0 }));
  }
});

async function areHeldUp(transactions: number): Promise<void> {
  for (;;) {
    const { rows } = await holder.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    if (rows[0]?.waiting === transactions) return;
  }
}
