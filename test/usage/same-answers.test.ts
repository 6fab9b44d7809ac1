/** Both stores, asked the same of the same events, answer the same; in ClickHouse each event is there twice. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Aggregation } from '../../billing/aggregations.ts';
import type { CustomerId, EventId, OrganizationId } from '../../billing/ids.ts';
import { askOf } from '../../db/ask.ts';
import { ClickHouseEvents } from '../../usage/clickhouse/events.ts';
import { EVENT_LINE, type EventLine, insertLines } from '../../usage/clickhouse/lines.ts';
import { eventIds } from '../../usage/event-ids.ts';
import type { EventPlace, EventQuery, EventStore, NextEvent, NextEvents, Place } from '../../usage/event-store.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import type { Ask } from '../../usage/postgres/fragments.ts';
import { subjectOf, subjectOfCustomer } from '../../usage/subjects.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { describeOnClickHouse, type FreshClickHouse, freshClickHouse } from './clickhouse.ts';

const EVENTS = 400;
const START = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;
const organization = randomUUID() as OrganizationId;
const customers = Array.from({ length: 5 }, (_, i) => ({ id: randomUUID() as CustomerId, externalId: `c${i}` }));

let database: FreshDatabase;
let clickhouse: FreshClickHouse;
let stores: readonly [EventStore, EventStore];
const received = Date.now();
const ids = eventIds(EVENTS, received);

/** Some by our id, some by the merchant's; some under others; many at the same time. */
async function put(ask: Ask): Promise<void> {
  for (const { id, externalId } of customers) {
    await ask(
      `with unbound as (select set_config('session_replication_role', 'replica', true))
       insert into customers (id, created_at, organization_id, email, external_id)
       select ?::uuid, now(), ?::uuid, ?, ? from unbound returning id`,
      [id, organization, `${externalId}@example.com`, externalId],
    );
  }
  const chosen = fc.sample(
    fc.record({
      customer: fc.constantFrom(...customers),
      isById: fc.boolean(),
      hour: fc.integer({ min: 0, max: 999 }),
      name: fc.constantFrom('call', 'image', 'größe'),
      source: fc.constantFrom('user', 'system'),
      tokens: fc.constantFrom(1, 2, 0.1, 1e-7, -3, 1e21, 123456.789, '5', true, null),
      parent: fc.nat(),
    }),
    EVENTS,
  );
  for (const [i, { customer, isById, hour, name, source, tokens, parent }] of chosen.entries()) {
    await ask(
      `insert into events (id, organization_id, subject, customer_id, external_customer_id, name, source, "timestamp",
         received_at, parent_id, metadata)
       values (?::uuid, ?::uuid, ?::uuid, ?::uuid, ?, ?, ?, ?::timestamptz, ?::timestamptz, ?::uuid, ?::jsonb)
       returning id`,
      [
        ...[ids[i], organization],
        isById ? subjectOfCustomer(customer.id) : subjectOf(organization, customer.externalId),
        ...[isById ? customer.id : null, isById ? null : customer.externalId, name, source],
        ...[new Date(START + hour * HOUR).toISOString(), new Date(received).toISOString()],
        i > 0 && parent % 2 === 0 ? ids[parent % i] : null,
        JSON.stringify({ tokens, kind: { of: name, note: `100% ${name}` }, list: [1, 2], who: customer.externalId }),
      ],
    );
  }
}

beforeAll(async () => {
  database = await freshDatabase();
  clickhouse = await freshClickHouse();
  const ask = askOf(database.orm);
  stores = [new PostgresEvents(ask), new ClickHouseEvents(clickhouse.client, ask)];
  await put(ask);
  const lines = await ask<EventLine>(`select ${EVENT_LINE} from events`, []);
  await clickhouse.client.command({ query: 'system stop merges' });
  await insertLines(clickhouse.client, lines, 10_000);
  await insertLines(clickhouse.client, lines, 10_000);
});
afterAll(async () => {
  await clickhouse[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 1 });
const subject = fc.constantFrom(
  ...customers.flatMap(({ id, externalId }) => [subjectOfCustomer(id), subjectOf(organization, externalId)]),
);
const time = fc.integer({ min: -1, max: 1001 }).map((hour) => new Date(START + hour * HOUR));
const id = fc.nat({ max: EVENTS - 1 }).map((i) => ids[i] as EventId);
const place: fc.Arbitrary<Place> = fc.oneof(
  id.map((parent) => ({ parent })),
  fc.record({ root: fc.option(id), depth: fc.integer({ min: 0, max: 5 }) }),
);
const placed = fc.record({ timestamp: time.map((date) => date.getTime()), id });
const query: fc.Arbitrary<EventQuery> = fc.record({
  organization: fc.constant(organization),
  subjects: some(fc.array(subject, { maxLength: 3 })),
  from: some(time),
  before: some(time),
  after: some(placed),
  names: some(fc.array(fc.constantFrom('call', 'image', 'nothing'), { minLength: 1, maxLength: 2 })),
  sources: some(fc.constantFrom(['user' as const], ['system' as const])),
  holding: some(fc.constantFrom('CALL', 'Größe', '100%', '"c1"', '_', '": 1')),
  place: some(place),
  metadata: some(
    fc.constantFrom<Record<string, string[]>>(
      { tokens: ['1', '0.1', '0.0000001'] },
      { tokens: ['1e21', '1.0', 'true', '5'] },
      { tokens: ['1000000000000000000000'], who: ['c1', 'c2'] },
      { 'kind.of': ['call'] },
      { kind: ['{"of": "call", "note": "100% call"}', '{"of":"call","note":"100% call"}'] },
      { list: ['[1, 2]', '[1,2]'] },
    ),
  ),
});
const aggregation: fc.Arbitrary<Aggregation> = fc.oneof(
  fc.constant({ func: 'count' as const }),
  fc.record({
    func: fc.constantFrom('sum', 'min', 'max', 'avg', 'unique'),
    property: fc.constantFrom('tokens', 'who'),
  }),
);
const func = fc.constantFrom('count', 'sum', 'min', 'max', 'avg', 'unique');

async function bothSay<T>(ask: (store: EventStore) => Promise<T>, asked: object): Promise<T> {
  const [inPostgres, inClickHouse] = await Promise.all(stores.map(ask));
  expect({ asked, inClickHouse }).toEqual({ asked, inClickHouse: inPostgres });
  return inPostgres as T;
}

describeOnClickHouse('both stores', () => {
  it('find the same events, on the same pages, and count them', async () => {
    const page = fc.record({
      direction: fc.constantFrom('asc', 'desc'),
      limit: fc.constantFrom(1, 20, 500),
      offset: fc.constantFrom(0, 3),
    });
    for (const asked of fc.sample(query, 60)) {
      const [paging] = fc.sample(page, 1);
      if (paging === undefined) continue;
      await bothSay((store) => store.page(asked, paging), { asked, paging });
      await bothSay((store) => store.count(asked), asked);
      await bothSay(async (store) => new Set(await store.names(asked)), asked);
    }
    const all = await bothSay((store) => store.count({ organization }), {});
    expect(all).toBe(EVENTS);
  });

  it('find no event by what is nested in it, as if that were text', async () => {
    for (const [key, text] of [
      ['kind', '{"of": "call", "note": "100% call"}'],
      ['list', '[1, 2]'],
    ] as const) {
      const metadata = { [key]: [text] };
      expect(await bothSay((store) => store.count({ organization, metadata }), metadata)).toBe(0);
    }
  });

  it('make the same of them, by the hour, also of each customer apart', async () => {
    // Many, and further apart where clocks are changed.
    const starts = Array.from({ length: 999 }, (_, hour) => START + (hour + (hour > 600 ? 1 : 0)) * HOUR);
    for (const asked of fc.sample(fc.record({ query, aggregation, ofCustomers: some(func) }), 30)) {
      const made = { ...asked.query, from: new Date(START), before: new Date(START + 1000 * HOUR) };
      const numbers = async (store: EventStore) => {
        const { quantities, total } = await store.quantities(made, { ...asked, starts });
        return { quantities: quantities.map(Number), total: Number(total) };
      };
      await bothSay(numbers, asked);
    }
  });

  it('find one by its id, what is under it, and what comes next', async () => {
    for (const one of fc.sample(id, 5)) {
      expect((await bothSay((store) => store.one(organization, one), { one }))?.id).toBe(one);
      await bothSay((store) => store.childCounts(organization, [one, ...ids.slice(0, 100)]), { one });
    }
    expect(await bothSay((store) => store.one(randomUUID() as OrganizationId, ids[0] as EventId), {})).toBeNull();
    let after: EventPlace | null = null;
    let read = 0;
    for (let last = 1; last > 0; ) {
      const next: NextEvents = { organization, receivedBefore: '2100-01-01 00:00:00.000001+00', after, limit: 70 };
      const events: NextEvent[] = await bothSay((store) => store.nextAfter(next), next);
      after = events.at(-1) ?? null;
      last = events.length;
      read += last;
    }
    expect(read).toBe(EVENTS);
  });
});
