/** Events whose commit is done, while its answer is lost on the way: they are counted once, with or without an id. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OrganizationId } from '../../billing/ids.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aBatch, aLineTo, type Line } from './line.ts';

let database: FreshDatabase;
let line: Line;
let writer: EventWriter;

beforeAll(async () => {
  database = await freshDatabase();
  line = await aLineTo(database.url);
  writer = new EventWriter(line.url);
});
afterAll(async () => {
  await writer?.close();
  line?.server.close();
  await database?.[Symbol.asyncDispose]();
});

const kept = async (organizationId: OrganizationId): Promise<number> => {
  const rows = await database.orm.em
    .fork()
    .execute('select count(*)::int as n from events where organization_id = ?', [organizationId]);
  return rows[0]?.n;
};

it.each([
  ['at once', 0, null],
  ['at once, with an id of the merchant’s', 0, 'call-1'],
  ['after the database was away for a while', 700, null],
])('counts it once where the way is good again %s', async (_, darkFor, externalId) => {
  const organizationId = randomUUID() as OrganizationId;
  line.cut(darkFor);
  expect(await writer.write(aBatch(organizationId, externalId))).toEqual({ inserted: 1, duplicates: 0 });
  expect(await kept(organizationId)).toBe(1);
});

it('counts each of many that were written together once', async () => {
  const organizationId = randomUUID() as OrganizationId;
  const [first, ...others] = Array.from({ length: 12 }, () => writer.write(aBatch(organizationId, null)));
  // It goes alone; those that wait for it are the group that is cut off.
  await first;
  line.cut(300);
  const answers = await Promise.all([first, ...others]);
  expect(answers.reduce((sum, answer) => sum + (answer?.inserted ?? 0), 0)).toBe(12);
  expect(await kept(organizationId)).toBe(12);
});
