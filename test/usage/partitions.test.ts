/** The tables of each month's events: made ahead, filled with what came too early, and put away when they are old. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { OrganizationId } from '../../billing/ids.ts';
import { detachPartitions, dropEmptyPartitions, makePartitions } from '../../usage/event-partitions.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { subjectOf } from '../../usage/subjects.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

let database: FreshDatabase;
let client: Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
});
beforeEach(() => client.query('truncate events'));

// Months of long ago: those of the present are made by the last test alone, whenever that is.

const received = (...times: string[]) =>
  client.query(
    `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
     select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'call', 'user', at, at, '{}'
     from unnest($1::timestamptz[]) at`,
    [times],
  );

async function places(): Promise<Record<string, number>> {
  const { rows } = await client.query<{ place: string; events: number }>(
    'select tableoid::regclass::text as place, count(*)::int as events from events group by 1 order by 1',
  );
  return Object.fromEntries(rows.map(({ place, events }) => [place, events]));
}

it('are made ahead, across the end of a year, and once', async () => {
  const december = Date.UTC(2016, 11, 31, 23, 59);
  expect(await makePartitions(client, december)).toEqual(['events_2016_12', 'events_2017_01', 'events_2017_02']);
  expect(await makePartitions(client, december)).toEqual([]);
  await received('2016-12-01T00:00:00Z', '2016-12-31T23:59:59.999Z', '2017-01-01T00:00:00Z', '2016-11-30T23:59:59Z');
  expect(await places()).toEqual({ events_2016_12: 2, events_2017_01: 1, events_other: 1 });
});

it('take in what came for a month before it had one', async () => {
  await received('2018-03-01T00:00:00Z', '2018-05-05T00:00:00Z', '2018-05-31T23:59:59Z');
  expect(await places()).toEqual({ events_other: 3 });
  const made = await makePartitions(client, Date.UTC(2018, 4, 31));
  expect(made).toEqual(['events_2018_03', 'events_2018_05', 'events_2018_06', 'events_2018_07']);
  expect(await places()).toEqual({ events_2018_03: 1, events_2018_05: 2 });
});

it('are put away with what is in them, the running month and those kept never', async () => {
  await makePartitions(client, Date.UTC(2019, 0, 15));
  await received('2019-01-15T00:00:00Z', '2019-02-15T00:00:00Z', '2019-03-15T00:00:00Z');
  expect(await detachPartitions(client, Date.UTC(2019, 2, 15), 1)).toEqual(expect.arrayContaining(['events_2019_01']));
  expect(await places()).toEqual({ events_2019_02: 1, events_2019_03: 1 });
  const { rows } = await client.query('select count(*)::int as events from events_2019_01');
  expect(rows).toEqual([{ events: 1 }]);
  expect(await detachPartitions(client, Date.UTC(2019, 2, 15), 1)).toEqual([]);
});

it('are dropped later where they are being read, and nobody who writes waits long for that', async () => {
  await makePartitions(client, Date.UTC(2020, 0, 15));
  const reader = new Client({ connectionString: database.url });
  await reader.connect();
  await reader.query('begin');
  await reader.query('select from events_2020_01');
  const dropped = await dropEmptyPartitions(client, Date.UTC(2020, 1, 15));
  expect(dropped).not.toContain('events_2020_01');
  await reader.query('commit');
  await reader.end();
  expect(await dropEmptyPartitions(client, Date.UTC(2020, 1, 15))).toContain('events_2020_01');
});

it('are made while events come in, and none is lost', async () => {
  const writer = new EventWriter(database.url);
  const organizationId = randomUUID() as OrganizationId;
  const event = (name: string) => ({
    ...{ subject: subjectOf(organizationId, 'ann'), customerId: null, externalCustomerId: 'ann', memberId: null },
    ...{ externalMemberId: null, name, source: 'user' as const, timestamp: Date.now(), externalId: null },
    ...{ parentId: null, metadata: {} },
  });
  let isOver = false;
  let sent = 0;
  const sending = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      const { inserted } = await writer.write({ organizationId, events: [event('a'), event('a'), event('a')] });
      sent += inserted;
    }
  });
  await new Promise((passed) => setTimeout(passed, 200));
  const made = await makePartitions(client, Date.now());
  await new Promise((passed) => setTimeout(passed, 200));
  isOver = true;
  await Promise.all(sending);
  await writer.close();
  expect(made.length).toBeGreaterThan(0);
  const found = await places();
  expect([found.events_other, Object.values(found).reduce((a, b) => a + b)]).toEqual([undefined, sent]);
});
