/** Keys that another process takes while events under the same are written: what is new counts, and once. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { OrganizationId } from '../../billing/ids.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import type { EventBatch } from '../../usage/new-event.ts';
import { subjectOf } from '../../usage/subjects.ts';
import { type Running, startRunning } from '../api/running.ts';
import { eventually } from '../webhooks/delivering.ts';

let running: Running;
let other: Client;
let writer: EventWriter;

beforeAll(async () => {
  running = await startRunning();
  const connectionString = String(running.services.environment.DATABASE_URL);
  writer = new EventWriter(connectionString);
  other = new Client({ connectionString });
  await other.connect();
});
afterAll(async () => {
  await writer?.close();
  await other?.end();
  await running?.close();
});

const aBatch = (organizationId: OrganizationId, externalIds: readonly (string | null)[]): EventBatch => ({
  organizationId,
  events: externalIds.map((externalId) => ({
    ...{ subject: subjectOf(organizationId, 'ann'), customerId: null, externalCustomerId: 'ann', memberId: null },
    ...{ externalMemberId: null, name: 'call', source: 'user', timestamp: Date.UTC(2027, 2, 1), externalId },
    ...{ parentId: null, metadata: {} },
  })),
});

async function aCountingMerchant(): Promise<OrganizationId> {
  const { organization, token } = await running.aMerchant();
  await running.made(token, 'POST', '/v1/meters/', {
    name: 'Calls',
    filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] },
    aggregation: { func: 'count' },
  });
  return organization.id as OrganizationId;
}

const numberOf = async (statement: string, values: unknown[]): Promise<number> =>
  (await other.query<{ n: number }>(statement, values)).rows[0]?.n ?? 0;
const kept = (id: OrganizationId) =>
  numberOf(`select count(*)::int as n from events where organization_id = $1 and source = 'user'`, [id]);
const counted = (id: OrganizationId) =>
  numberOf('select sum(count)::int as n from usage_accounts where organization_id = $1', [id]);

/** Until somebody waits for what `other` has in hand. */
const waited = () =>
  eventually(async () => (await numberOf(`select count(*)::int as n from pg_locks where not granted`, [])) > 0);

it.each([
  ['is taken', 'commit', { inserted: 3, duplicates: 1 }],
  ['is free after all', 'rollback', { inserted: 4, duplicates: 0 }],
])('waits for whoever is taking a key, which %s', async (_, end, expected) => {
  const organizationId = await aCountingMerchant();
  await other.query('begin');
  await other.query('insert into event_keys values ($1, $2, gen_random_uuid())', [organizationId, 'b']);
  const writing = writer.write(aBatch(organizationId, ['a', 'b', 'c', null]));
  await waited();
  await other.query(end);
  expect(await writing).toEqual(expected);
  expect([await kept(organizationId), await counted(organizationId)]).toEqual([expected.inserted, expected.inserted]);
  expect(await writer.write(aBatch(organizationId, ['c', 'b', 'd']))).toEqual({ inserted: 1, duplicates: 2 });
  expect(await counted(organizationId)).toBe(expected.inserted + 1);
});

it.each([
  ['where all seemed to be new', []],
  ['where one was known to be taken', ['a']],
])('puts a child under the parent that is there, whoever has taken its key meanwhile, %s', async (_, before) => {
  const organizationId = await aCountingMerchant();
  if (before.length > 0) await writer.write(aBatch(organizationId, before));
  const parent = randomUUID();
  await other.query('begin');
  await other.query('insert into event_keys values ($1, $2, $3)', [organizationId, 'p', parent]);
  const { events } = aBatch(organizationId, [...before, 'p', 'q', null, 'child']);
  const parents = [...before.map(() => undefined), undefined, 'p', 'p', 'q'];
  const batch = { organizationId, events: events.map((event, i) => ({ ...event, parentExternalId: parents[i] })) };
  const writing = writer.write(batch);
  await waited();
  await other.query('commit');
  expect(await writing).toEqual({ inserted: 3, duplicates: before.length + 1 });
  const { rows } = await other.query<{ external_id: string | null; id: string; parent_id: string | null }>(
    `select external_id, id, parent_id from events
     where organization_id = $1 and source = 'user' and external_id is distinct from 'a' order by external_id`,
    [organizationId],
  );
  const q = rows.find(({ external_id }) => external_id === 'q')?.id;
  expect(rows.map(({ external_id, parent_id }) => [external_id, parent_id])).toEqual([
    ['child', q],
    ['q', parent],
    [null, parent],
  ]);
  expect(await counted(organizationId)).toBe(before.length + 3);
});

it('tells the same key of two merchants apart, and one of them that comes again', async () => {
  const [one, two] = [await aCountingMerchant(), await aCountingMerchant()];
  const write = (id: OrganizationId, keys: readonly string[]) => writer.write(aBatch(id, keys));
  await write(one, ['a']);
  // The first two go alone; the others are written together.
  const together = await Promise.all([
    ...[write(one, ['b']), write(two, ['b'])],
    ...[write(two, ['a', 'c']), write(one, ['c']), write(one, ['a', 'd']), write(two, ['d'])],
  ]);
  expect(together.map(({ inserted }) => inserted)).toEqual([1, 1, 2, 1, 1, 1]);
  expect([await counted(one), await counted(two)]).toEqual([4, 4]);
});
