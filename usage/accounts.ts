/**
 * What customers have used of meters in their running period, and its end. A customer's usage is the sum over their
 * subjects. All of it runs in the caller's transaction, which holds the accounts until it commits: what is taken in
 * meanwhile waits, and belongs to the next period.
 */
import { type Aggregation, NOTHING, type Tally, together, unitsOf } from '../billing/aggregations.ts';
import type { MeterId, OrganizationId } from '../billing/ids.ts';
import type { Subject } from './subjects.ts';

/** The caller's transaction. */
export interface Sql {
  execute<Rows>(statement: string, values: readonly unknown[]): Promise<Rows>;
}

/** A customer's account with a meter, over all of their subjects. */
export interface Account {
  readonly subjects: readonly Subject[];
  readonly meterId: MeterId;
  readonly func: Aggregation['func'];
}

/** Decimal units, as `accounts`. Found by primary keys alone. */
export async function unitsUsed(sql: Sql, accounts: readonly Account[]): Promise<string[]> {
  if (accounts.length === 0) return [];
  const rows = await sql.execute<Row[]>(
    `select a.subject, a.meter_id, a.generation, a.count, a.sum::text, a.min::text, a.max::text from usage_accounts a
     join unnest(?::uuid[], ?::uuid[]) as g (subject, meter_id) using (subject, meter_id)`,
    keysOf(accounts),
  );
  return unitsOfRows(sql, accounts, rows);
}

/** Also what has come in since the end of a period that isn't closed yet: as if that were followed to a later end. */
export async function unitsUsedSoFar(sql: Sql, accounts: readonly Account[]): Promise<string[]> {
  if (accounts.length === 0) return [];
  const rows = await sql.execute<Row[]>(
    `select a.subject, a.meter_id, a.generation, a.count + a.next_count - seen.twice as count,
       (a.sum + a.next_sum)::text as sum, least(a.min, a.next_min)::text as min, greatest(a.max, a.next_max)::text as max
     from usage_accounts a
     join unnest(?::uuid[], ?::uuid[]) as g (subject, meter_id) using (subject, meter_id)
     cross join lateral (
       select count(*) as twice from usage_values v join usage_values late using (subject, meter_id, value)
       where (v.subject, v.meter_id) = (a.subject, a.meter_id)
         and v.generation = a.generation and late.generation = a.generation + 1 and a.next_count > 0) seen`,
    keysOf(accounts),
  );
  return unitsOfRows(sql, accounts, rows, [0, 1]);
}

/**
 * The period ends: what was used in it is answered, what was received since its end is the running usage, and no end is
 * set for the next one until it is followed. One that was frozen says with its end when that was.
 */
export async function closeAccounts(sql: Sql, accounts: readonly Account[]): Promise<string[]> {
  if (accounts.length === 0) return [];
  const unique = accounts.filter(({ func }) => func === 'unique').map(({ meterId }) => meterId);
  const rows = await sql.execute<Row[]>(
    `with ended as (
       select a.subject, a.meter_id, a.generation, a.count, a.sum, a.min, a.max from usage_accounts a
       where (a.subject, a.meter_id) in (select * from unnest(?::uuid[], ?::uuid[]))
       order by a.subject, a.meter_id for update
     ), spent as (
       insert into usage_values_over (subject, meter_id, generation)
       select subject, meter_id, generation from ended where count > 0 and meter_id = any(?::uuid[])
     )
     update usage_accounts a set generation = a.generation + 1, period_end = null,
       used_from = greatest(a.used_from, least(to_timestamp(abs(extract(epoch from a.period_end))), clock_timestamp())),
       count = a.next_count, sum = a.next_sum, min = a.next_min, max = a.next_max,
       next_count = 0, next_sum = 0, next_min = null, next_max = null
     from ended where (a.subject, a.meter_id) = (ended.subject, ended.meter_id)
     returning ended.subject, ended.meter_id, ended.generation, ended.count, ended.sum::text, ended.min::text,
       ended.max::text`,
    [...keysOf(accounts), listed(unique)],
  );
  return unitsOfRows(sql, accounts, rows);
}

/**
 * The running period ends at `periodEnd`; null: with its closing. What was kept for the next one since another end that
 * was set before belongs to the running one after all.
 */
export async function followPeriod(
  sql: Sql,
  organizationId: OrganizationId,
  accounts: readonly Account[],
  periodEnd: Date | null,
): Promise<void> {
  if (accounts.length === 0) return;
  const keys = keysOf(accounts);
  // Makes those that are missing and locks all in one pass: one that waits with a new account in hand would be waited for
  // in turn.
  await sql.execute(
    `insert into usage_accounts (subject, meter_id, organization_id)
     select distinct subject, meter_id, ?::uuid from unnest(?::uuid[], ?::uuid[]) as g (subject, meter_id)
     order by subject, meter_id
     on conflict (subject, meter_id) do update set organization_id = excluded.organization_id`,
    [organizationId, ...keys],
  );
  const unique = keysOf(accounts.filter(({ func }) => func === 'unique'));
  await sql.execute(MERGE_VALUES, unique);
  await sql.execute(MERGE, [periodEnd?.toISOString() ?? null, ...keys]);
}

/** Of what two accounts' meters of unique values have seen in both parts of the period, each counts once. */
const MERGE_VALUES = `
  with late as (
    select v.subject, v.meter_id, a.generation, v.value from usage_values v
    join usage_accounts a using (subject, meter_id)
    where (v.subject, v.meter_id) in (select * from unnest(?::uuid[], ?::uuid[])) and v.generation = a.generation + 1
  ), moved as (
    insert into usage_values (subject, meter_id, generation, value)
    select subject, meter_id, generation, value from late on conflict do nothing returning subject, meter_id
  ), dropped as (
    delete from usage_values v using late
    where (v.subject, v.meter_id, v.generation, v.value) = (late.subject, late.meter_id, late.generation + 1, late.value)
  ), added as (select subject, meter_id, count(*) as more from moved group by 1, 2)
  update usage_accounts a set count = a.count + coalesce(added.more, 0), next_count = 0
  from (select distinct subject, meter_id from late) l left join added using (subject, meter_id)
  where (a.subject, a.meter_id) = (l.subject, l.meter_id)`;

const MERGE = `
  update usage_accounts a set period_end = ?::timestamptz,
    count = a.count + a.next_count, sum = a.sum + a.next_sum,
    min = least(a.min, a.next_min), max = greatest(a.max, a.next_max),
    next_count = 0, next_sum = 0, next_min = null, next_max = null
  where (a.subject, a.meter_id) in (select * from unnest(?::uuid[], ?::uuid[]))`;

interface Row {
  readonly subject: Subject;
  readonly meter_id: MeterId;
  readonly generation: number;
  readonly count: string;
  readonly sum: string;
  readonly min: string | null;
  readonly max: string | null;
}

/** Their subjects and meters, as two lists of the same length. */
export function keysOf(accounts: readonly Account[]): [string, string] {
  const keys = accounts.flatMap(({ subjects, meterId }) => subjects.map((subject) => [subject, meterId] as const));
  return [listed(keys.map(([subject]) => subject)), listed(keys.map(([, meterId]) => meterId))];
}

const listed = (ids: readonly string[]): string => `{${ids.join(',')}}`;

/** `periods`: which of them the rows tell of, counted from their own. */
async function unitsOfRows(
  sql: Sql,
  accounts: readonly Account[],
  rows: readonly Row[],
  periods: readonly number[] = [0],
): Promise<string[]> {
  const byKey = new Map(rows.map((row) => [`${row.subject} ${row.meter_id}`, row]));
  const found = accounts.map(({ subjects, meterId, func }) => ({
    func,
    rows: subjects
      .flatMap((subject) => byKey.get(`${subject} ${meterId}`) ?? [])
      .filter(({ count }) => Number(count) > 0),
  }));
  const twice = found.map(({ func, rows: used }) => (func === 'unique' && used.length > 1 ? used : []));
  const distinct = await distinctValues(sql, twice, periods);
  return found.map(
    ({ func, rows: used }, i) => distinct.get(i) ?? unitsOf(func, used.map(tallyOf).reduce(together, NOTHING)),
  );
}

/** A value that came in under two names counts once: that takes looking at the values. By the place among `groups`. */
async function distinctValues(
  sql: Sql,
  groups: readonly (readonly Row[])[],
  periods: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const keys = groups.flatMap((rows, group) => rows.flatMap((row) => periods.map((on) => ({ group, on, ...row }))));
  if (keys.length === 0) return new Map();
  const counted = await sql.execute<{ group: number; units: string }[]>(
    `select g."group", count(distinct v.value)::text as units
     from unnest(?::int[], ?::uuid[], ?::uuid[], ?::int[]) as g ("group", subject, meter_id, generation)
     join usage_values v using (subject, meter_id, generation) group by 1`,
    [
      `{${keys.map(({ group }) => group).join(',')}}`,
      listed(keys.map(({ subject }) => subject)),
      listed(keys.map(({ meter_id }) => meter_id)),
      `{${keys.map(({ generation, on }) => generation + on).join(',')}}`,
    ],
  );
  return new Map(counted.map(({ group, units }) => [group, units]));
}

const tallyOf = ({ count, sum, min, max }: Row): Tally => ({ count: Number(count), sum, min, max });
