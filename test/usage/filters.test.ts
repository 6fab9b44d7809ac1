/** A filter finds in each store the very events that it matches in memory, whatever they say and it asks. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Aggregation, contributionOf, Tallying, unitsOf } from '../../billing/aggregations.ts';
import { type Clause, type Filter, type FilteredEvent, matches, OPERATORS } from '../../billing/event-filters.ts';
import type { EventId, OrganizationId } from '../../billing/ids.ts';
import { eventIds } from '../../usage/event-ids.ts';
import { freshStores, onBothStores, type Stored } from './stores.ts';

let stored: Stored;

beforeAll(async () => {
  stored = await freshStores();
});
afterAll(async () => {
  await stored[Symbol.asyncDispose]();
});

/** Few of each, so that they meet; some that mean something to SQL, to JSON paths, or to the database's client. */
const KEYS = ['a', 'b', 'a.b', 'metadata.a', '?', "'", '$1', '0', 'length', 'it"s', ':a', '__proto__', 'ünï'];
const TEXTS = ['', 'a', 'A', 'ab', 'b', '1', 'true', '%', '_', "'", '?', '\\', '😀', '\uffee', 'é', ' a', '{}', 'null'];
const NUMBERS = [0, 1, -1, 2, 0.5, 1e-7, 1e21, 123456789.125, -0.1, 2_147_483_647];

const anyNumber = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }));
/** Of no more digits before and after the point than decimals have in both stores. */
const ordinary = anyNumber.filter((number) => number === 0 || (Math.abs(number) < 1e40 && Math.abs(number) > 1e-12));
const leafWith = (numbers: fc.Arbitrary<number>) => fc.oneof(fc.constantFrom(...TEXTS), numbers, fc.boolean());
const metadataWith = (numbers: fc.Arbitrary<number>) =>
  fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
    object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5 }),
    value: fc.oneof({ maxDepth: 2 }, leafWith(numbers), tie('object'), fc.array(leafWith(numbers), { maxLength: 3 })),
  })).object;

const TIMES = [0, 1_800_000_000_000, 1_800_000_000_001, 1_799_999_999_999, 1_800_000_000_500];
const eventWith = (numbers: fc.Arbitrary<number>): fc.Arbitrary<FilteredEvent> =>
  fc.record({
    name: fc.constantFrom(...TEXTS),
    source: fc.constantFrom('user', 'system'),
    timestamp: fc.constantFrom(...TIMES),
    metadata: metadataWith(numbers),
  });

const clause: fc.Arbitrary<Clause> = fc.record({
  property: fc.oneof(
    fc.constantFrom('name', 'source', 'timestamp', 'a.b.a', 'a.0', 'b.length', 'metadata.b', 'a.', '.'),
    fc.constantFrom(...KEYS),
    fc.array(fc.constantFrom(...KEYS), { minLength: 2, maxLength: 3 }).map((keys) => keys.join('.')),
  ),
  operator: fc.constantFrom(...OPERATORS),
  value: fc.oneof(
    leafWith(anyNumber),
    fc.constantFrom(
      'user',
      'system',
      1_800_000_000,
      1_800_000_000.5,
      1e-7,
      '2027-01-15T08:00:00Z',
      '2027-01-15',
      1e300,
    ),
  ),
});
const filter = fc.letrec<{ tree: Filter; part: Clause | Filter }>((tie) => ({
  tree: fc.record({
    conjunction: fc.constantFrom('and', 'or'),
    clauses: fc.array(tie('part'), { maxLength: 3 }),
  }),
  part: fc.oneof({ maxDepth: 3 }, clause, tie('tree')),
})).tree;

interface Kept extends FilteredEvent {
  readonly id: EventId;
}

/** 60 events of one organization. */
async function someEvents(organization: OrganizationId, numbers = anyNumber): Promise<Kept[]> {
  const ids = eventIds(60, Date.now());
  const events = fc.sample(eventWith(numbers), ids.length).map((each) => ({
    ...each,
    metadata: JSON.parse(JSON.stringify(each.metadata)) as FilteredEvent['metadata'],
  }));
  const em = stored.orm.em.fork();
  for (const [i, each] of events.entries()) {
    await em.execute(
      `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
       values (?, ?, ?, ?, ?, ?::timestamptz, now(), ?::jsonb)`,
      [
        ...[ids[i], organization, randomUUID(), each.name, each.source, new Date(each.timestamp).toISOString()],
        JSON.stringify(each.metadata),
      ],
    );
  }
  return events.map((each, i) => ({ ...each, id: ids[i] as EventId }));
}

/** A clause that names nothing finds nothing: these are about what an event does say. */
const pointedAt = ({ metadata }: FilteredEvent): Filter[] =>
  Object.entries(metadata).flatMap(([property, value]): Filter[] =>
    typeof value === 'object' || value === null
      ? []
      : OPERATORS.map((operator) => ({
          conjunction: 'and',
          clauses: [{ property, operator, value: value as Clause['value'] }],
        })),
  );

onBothStores(
  () => stored.orm,
  () => {
    it('agrees on 60 events with each of 400 filters', async () => {
      const organization = randomUUID() as OrganizationId;
      const events = await someEvents(organization);
      let found = 0;
      const all = { direction: 'asc', limit: 100, offset: 0 } as const;
      await inTurns([...fc.sample(filter, 400), ...events.flatMap(pointedAt).slice(0, 200)], async (asked) => {
        const page = await stored.store.page({ organization, filters: [asked] }, all);
        const got = new Set(page.map(({ id }) => id));
        const wrong = events.filter((each) => matches(asked, each) !== got.has(each.id));
        expect({ asked, wrong }).toEqual({ asked, wrong: [] });
        found += got.size > 0 && got.size < events.length ? 1 : 0;
      });
      expect(found).toBeGreaterThan(60);
    });

    it('finds by several filters of as many clauses as there may be, each a long way down', async () => {
      const organization = randomUUID() as OrganizationId;
      const events = await someEvents(organization);
      const clauses = Array.from({ length: 99 }, (_, i): Clause => {
        const property = Array.from({ length: 5 }, (_, step) => `${i}k${step}`).join('.');
        return { property, operator: OPERATORS[i % OPERATORS.length] ?? 'eq', value: i % 2 ? i : `text ${i}` };
      });
      const user: Clause = { property: 'source', operator: 'eq', value: 'user' };
      const asked: Filter = { conjunction: 'or', clauses: [...clauses, user] };
      const query = { organization, filters: [asked, { ...asked, clauses: asked.clauses.toReversed() }] };
      const page = await stored.store.page(query, { direction: 'asc', limit: 100, offset: 0 });
      expect(page).toHaveLength(events.filter((each) => matches(asked, each)).length);
      expect(await stored.store.count(query)).toBe(page.length);
    });

    it('makes the same of what 60 events say, with each aggregation', async () => {
      const organization = randomUUID() as OrganizationId;
      const events = await someEvents(organization, ordinary);
      const properties = [...KEYS, 'name', 'a.b.a', 'a.0', 'metadata.b', 'nothing'];
      const aggregations = properties.flatMap((property) =>
        (['sum', 'min', 'max', 'avg', 'unique'] as const).map((func) => ({ func, property })),
      );
      await inTurns(aggregations, async (aggregation) => {
        const { total } = await stored.store.quantities({ organization }, { aggregation, starts: [0] });
        const given = events.map((each) => contributionOf(aggregation, each)).filter((value) => value !== null);
        const wanted = Number(madeOf(aggregation.func, given));
        expect({ aggregation, total: Number(total) }).toEqual({ aggregation, total: wanted });
      });
    });
  },
);

/** Ten at once. */
async function inTurns<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (const one of left) await each(one);
    }),
  );
}

function madeOf(func: Aggregation['func'], given: readonly (number | string)[]): string {
  if (func === 'unique') return String(new Set(given).size);
  const tallying = new Tallying();
  for (const value of given) tallying.add(Number(value));
  return unitsOf(func, tallying.tally);
}
