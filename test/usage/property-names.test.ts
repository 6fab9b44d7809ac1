/** Names of properties that are written oddly, or lead a long way down, mean the same in both stores and as events come in. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { contributionOf } from '../../billing/aggregations.ts';
import { type Filter, matches } from '../../billing/event-filters.ts';
import type { OrganizationId } from '../../billing/ids.ts';
import { askOf } from '../../db/ask.ts';
import { ClickHouseEvents } from '../../usage/clickhouse/events.ts';
import { EVENT_LINE, type EventLine, insertLines } from '../../usage/clickhouse/lines.ts';
import { eventIds } from '../../usage/event-ids.ts';
import type { EventStore } from '../../usage/event-store.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { describeOnClickHouse, type FreshClickHouse, freshClickHouse } from './clickhouse.ts';

const organization = randomUUID() as OrganizationId;
const START = Date.UTC(2026, 2, 1);
const LONGEST = Array.from({ length: 128 }, () => 'a').join('.');
const nested = (levels: number): object => (levels === 0 ? { a: 5 } : { a: nested(levels - 1) });

const EVENTS: readonly Record<string, unknown>[] = [
  { tokens: 1, a: { b: 2, '': 3, '0': 4 }, list: [5, { a: 6 }] },
  { 'a.b': 7, '.': 8, '..': 9, 'a.': 10, '.a': 11, '0': 12, '-1': 13, '1': '14' },
  {
    $: 15,
    '$.a': 16,
    'a[0]': 17,
    '"': 18,
    "'": 19,
    '\\': 20,
    '`': 21,
    '\n': 22,
    ö: 23,
    '🦊': 24,
    '%': 25,
    '{p0:String}': 26,
  },
  { metadata: { tokens: 27 }, 'metadata.tokens': 28, name: 29, source: 30, timestamp: 31, id: 32, subject: 33 },
  { null: 34, true: 35, '^a': 36, 'a:Int64': 37, 'a.:Int64': 38, A: 39, ' ': 40, '?': 41, '??': 42, ':a': 43 },
  { a: { b: '44' }, tokens: '45', o: { '': { '': 46 } } },
  { a: { a: { a: { a: { a: 47 } } } } },
  { a: [{ b: 48 }], '🦊': { '🦊': true } },
  { ...nested(127) },
];
const PROPERTIES = [
  ...['tokens', 'a', 'a.b', 'a.', 'a.0', 'a..', '.', '..', '...', '.a', '0', '-1', '1', 'list.0', 'list.1', 'list.1.a'],
  ...['list.2', '$', '$.a', 'a[0]', '"', "'", '\\', '`', '\n', 'ö', '🦊', '🦊.🦊', '%', '{p0:String}', 'metadata'],
  ...[
    'metadata.tokens',
    'metadata.metadata.tokens',
    'metadata.name',
    'metadata.',
    'id',
    'subject',
    'null',
    'true',
    '^a',
  ],
  ...['a:Int64', 'a.:Int64', 'A', ' ', '?', '??', ':a', 'o..', 'o.', 'a.a.a.a.a', 'a.a.a.a.a.a', LONGEST],
  ...[LONGEST.slice(0, 199), LONGEST.slice(0, 203), '.'.repeat(255), 'x'.repeat(255)],
];

let database: FreshDatabase;
let clickhouse: FreshClickHouse;
let stores: readonly EventStore[];

describeOnClickHouse('a name of a property', () => {
  beforeAll(async () => {
    database = await freshDatabase();
    clickhouse = await freshClickHouse();
    const ask = askOf(database.orm);
    stores = [new PostgresEvents(ask), new ClickHouseEvents(clickhouse.client, ask)];
    const ids = eventIds(EVENTS.length, START);
    for (const [i, metadata] of EVENTS.entries()) {
      await ask(
        `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
         values (?::uuid, ?::uuid, ?::uuid, 'call', 'user', ?::timestamptz, ?::timestamptz, ?::jsonb) returning id`,
        [
          ids[i],
          organization,
          organization,
          ...[START, START].map((at) => new Date(at).toISOString()),
          JSON.stringify(metadata),
        ],
      );
    }
    await insertLines(clickhouse.client, await ask<EventLine>(`select ${EVENT_LINE} from events`, []), 10_000);
  });
  afterAll(async () => {
    await clickhouse[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  const events = EVENTS.map((metadata) => ({ name: 'call', source: 'user' as const, timestamp: START, metadata }));

  it.each(PROPERTIES)('%j', async (property) => {
    const aggregation = { func: 'sum' as const, property };
    const added = events.map((event) => contributionOf(aggregation, event));
    const total = added.reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0);
    const value = added.find((number) => typeof number === 'number') ?? 7;
    const clauses = [{ property, operator: 'eq' as const, value }];
    const filter: Filter = { conjunction: 'or', clauses: [...clauses, { property, operator: 'like', value: '4' }] };
    const expected = { total, counted: events.filter((event) => matches(filter, event)).length };
    for (const store of stores) {
      const made = await store.quantities({ organization }, { aggregation, starts: [START] });
      const counted = await store.count({ organization, filters: [filter] });
      expect({ total: Number(made.total), counted }).toEqual(expected);
      const [statistics] = await store.statistics(
        { organization },
        { properties: [property], starts: [START], limit: 5 },
      );
      expect(Number(statistics?.figures[0]?.total ?? 0)).toBe(total);
    }
  });

  it('may be the longest one in each of a hundred clauses, and of fifty figures', async () => {
    const clauses = Array.from({ length: 100 }, (_, i) => ({
      property: `${LONGEST.slice(0, -4)}.b${i}`.slice(0, 255),
      operator: i % 2 === 0 ? ('eq' as const) : ('like' as const),
      value: i % 2 === 0 ? i : String(i),
    }));
    for (const store of stores) {
      expect(await store.count({ organization, filters: [{ conjunction: 'or', clauses }] })).toBe(0);
    }
  });
});
