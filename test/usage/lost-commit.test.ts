/** Events whose commit is done, while its answer is lost on the way: they are counted once, with or without an id. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OrganizationId } from '../../billing/ids.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import type { EventBatch } from '../../usage/new-event.ts';
import { subjectOf } from '../../usage/subjects.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

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

interface Line {
  readonly url: string;
  readonly server: Server;
  /** The next answer to a commit is kept, the connection cut, and none is made for so many ms. */
  cut(darkFor: number): void;
}

/** To the database, as a network that can break in the worst moment. */
async function aLineTo(databaseUrl: string): Promise<Line> {
  const target = new URL(databaseUrl);
  let darkFor: number | null = null;
  let darkUntil = 0;
  const server = createServer((near) => {
    if (Date.now() < darkUntil) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    let isCommitting = false;
    near.on('data', (data) => {
      isCommitting ||= darkFor !== null && data.includes('commit\0');
      far.write(data);
    });
    far.on('data', (data) => {
      if (!isCommitting) return void near.write(data);
      darkUntil = Date.now() + (darkFor ?? 0);
      darkFor = null;
      near.destroy();
      far.destroy();
    });
    bindEnds(near, far);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (ms: number) => {
    darkFor = ms;
  };
  return { url: url.href, server, cut };
}

function bindEnds(near: Socket, far: Socket): void {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

const aBatch = (organizationId: OrganizationId, externalId: string | null): EventBatch => ({
  organizationId,
  events: [
    {
      subject: subjectOf(organizationId, 'ann'),
      ...{ customerId: null, externalCustomerId: 'ann', memberId: null, externalMemberId: null },
      ...{ name: 'call', source: 'user', timestamp: Date.UTC(2027, 2, 1), externalId, parentId: null, metadata: {} },
    },
  ],
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
  line.cut(300);
  // The first goes alone; those that wait for it are the group that is cut off, or it is the one.
  const answers = await Promise.all(Array.from({ length: 12 }, () => writer.write(aBatch(organizationId, null))));
  expect(answers.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(12);
  expect(await kept(organizationId)).toBe(12);
});
