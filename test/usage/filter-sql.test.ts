/** A filter finds in the database the very events that it matches in memory, whatever they say and it asks. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Clause, type Filter, type FilteredEvent, matches, OPERATORS } from '../../billing/event-filters.ts';
import { eventIds } from '../../usage/event-ids.ts';
import { filterSql } from '../../usage/postgres/filter-sql.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';

let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

/** Few of each, so that they meet; some that mean something to SQL, to JSON paths, or to the database's client. */
const KEYS = ['a', 'b', 'a.b', 'metadata.a', '?', "'", '$1', '0', 'length', 'it"s', ':a', '__proto__', 'ünï'];
const TEXTS = ['', 'a', 'A', 'ab', 'b', '1', 'true', '%', '_', "'", '?', '\\', '😀', '\uffee', 'é', ' a', '{}', 'null'];
const NUMBERS = [0, 1, -1, 2, 0.5, 1e-7, 1e21, 123456789.125, -0.1, 2_147_483_647];

const leaf = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.constantFrom(...NUMBERS),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const metadata = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5 }),
  value: fc.oneof({ maxDepth: 2 }, leaf, tie('object'), fc.array(leaf, { maxLength: 3 })),
})).object;

const TIMES = [0, 1_800_000_000_000, 1_800_000_000_001, 1_799_999_999_999, 1_800_000_000_500];
const event: fc.Arbitrary<FilteredEvent> = fc.record({
  name: fc.constantFrom(...TEXTS),
  source: fc.constantFrom('user', 'system'),
  timestamp: fc.constantFrom(...TIMES),
  metadata,
});

const clause: fc.Arbitrary<Clause> = fc.record({
  property: fc.oneof(
    fc.constantFrom('name', 'source', 'timestamp', 'a.b.a', 'a.0', 'b.length', 'metadata.b', 'a.', '.'),
    fc.constantFrom(...KEYS),
    fc.array(fc.constantFrom(...KEYS), { minLength: 2, maxLength: 3 }).map((keys) => keys.join('.')),
  ),
  operator: fc.constantFrom(...OPERATORS),
  value: fc.oneof(
    leaf,
    fc.constantFrom('user', 'system', 1_800_000_000, 1_800_000_000.5, '2027-01-15T08:00:00Z', '2027-01-15', 1e300),
  ),
});
const filter = fc.letrec<{ tree: Filter; part: Clause | Filter }>((tie) => ({
  tree: fc.record({
    conjunction: fc.constantFrom('and', 'or'),
    clauses: fc.array(tie('part'), { maxLength: 3 }),
  }),
  part: fc.oneof({ maxDepth: 3 }, clause, tie('tree')),
})).tree;

it('agrees on 60 events with each of 400 filters', async () => {
  const events = fc.sample(event, 60).map((each) => ({
    ...each,
    metadata: JSON.parse(JSON.stringify(each.metadata)) as FilteredEvent['metadata'],
  }));
  const ids = eventIds(events.length, Date.now());
  const em = database.orm.em.fork();
  for (const [i, each] of events.entries()) {
    await em.execute(
      `insert into events (id, organization_id, subject, name, source, "timestamp", received_at, metadata)
       values (?, ?, ?, ?, ?, ?::timestamptz, now(), ?::jsonb)`,
      [
        ...[ids[i], randomUUID(), randomUUID(), each.name, each.source, new Date(each.timestamp).toISOString()],
        JSON.stringify(each.metadata),
      ],
    );
  }
  let found = 0;
  // A clause that names nothing finds nothing: of the filters some are a single one about what an event does say.
  const pointed = events.flatMap((each) =>
    Object.entries(each.metadata).flatMap(([property, value]): Filter[] =>
      typeof value === 'object' || value === null
        ? []
        : OPERATORS.map((operator) => ({
            conjunction: 'and',
            clauses: [{ property, operator, value: value as Clause['value'] }],
          })),
    ),
  );
  for (const asked of [...fc.sample(filter, 400), ...pointed.slice(0, 200)]) {
    const { text, values } = filterSql(asked);
    const rows: { id: string }[] = await em.execute(`select e.id from events e where ${text}`, [...values]);
    const got = new Set(rows.map(({ id }) => id));
    const wrong = events.filter((each, i) => matches(asked, each) !== got.has(String(ids[i])));
    expect({ asked, wrong }).toEqual({ asked, wrong: [] });
    found += rows.length > 0 && rows.length < events.length ? 1 : 0;
  }
  expect(found).toBeGreaterThan(100);
});
