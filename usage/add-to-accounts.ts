/** Adds what events have told to the accounts of those whose usage it is, in the transaction that writes the events. */
import { hash } from 'node:crypto';
import type { Addition, Owner, SeenValues, Tallied } from './tallied.ts';

/** Runs a statement with `$1` and so on; one with a name is prepared by it. */
export type Run = (text: string, values: readonly unknown[], name?: string) => Promise<unknown>;

/**
 * Accounts are locked in one order, whoever locks several: those of values, which take two statements, together with the
 * others. First accounts bring the meters of customers with them, by a trigger, in that order of subjects, of which a
 * customer may have two: who makes some at the same moment in another order may wait in a circle, and is tried again, as
 * db/lock.ts tells.
 */
export async function addToAccounts(run: Run, { additions, seenValues }: Tallied, at: string): Promise<void> {
  if (seenValues.length > 0) await lockAccounts(run, [...additions, ...seenValues]);
  await addNumbers(run, additions, at);
  await addValues(run, seenValues, at);
}

/** Makes those that are missing. In one pass: one that waits with a new account in hand would be waited for in turn. */
export async function lockAccounts(run: Run, owners: readonly Owner[]): Promise<void> {
  await run(
    `insert into usage_accounts (subject, meter_id, organization_id)
     select subject, meter_id, organization_id from unnest($1::uuid[], $2::uuid[], $3::uuid[])
       as g (subject, meter_id, organization_id) order by subject, meter_id
     on conflict (subject, meter_id) do update set organization_id = excluded.organization_id`,
    [
      owners.map(({ subject }) => subject),
      owners.map(({ meterId }) => meterId),
      owners.map(({ organizationId }) => organizationId),
    ],
  );
}

async function addNumbers(run: Run, additions: readonly Addition[], at: string): Promise<void> {
  if (additions.length === 0) return;
  await run(
    ADD_TO_ACCOUNTS,
    [
      additions.map(({ subject }) => subject),
      additions.map(({ meterId }) => meterId),
      additions.map(({ organizationId }) => organizationId),
      additions.map(({ tally }) => tally.count),
      additions.map(({ tally }) => tally.sum),
      additions.map(({ tally }) => tally.min),
      additions.map(({ tally }) => tally.max),
      at,
    ],
    'usage-accounts',
  );
}

/** What comes after the end of a period that is not closed yet is kept for the next one. */
const ADD_TO_ACCOUNTS = `
  insert into usage_accounts as a (subject, meter_id, organization_id, count, sum, min, max, used_at)
  select subject, meter_id, organization_id, count, sum, min, max, $8::timestamptz
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::numeric[], $6::numeric[], $7::numeric[])
    as g (subject, meter_id, organization_id, count, sum, min, max)
  on conflict (subject, meter_id) do update set
    used_at = greatest(a.used_at, excluded.used_at),
    count = case when excluded.used_at < coalesce(a.period_end, 'infinity') then a.count + excluded.count else a.count end,
    sum = case when excluded.used_at < coalesce(a.period_end, 'infinity') then a.sum + excluded.sum else a.sum end,
    min = case when excluded.used_at < coalesce(a.period_end, 'infinity') then least(a.min, excluded.min) else a.min end,
    max = case when excluded.used_at < coalesce(a.period_end, 'infinity') then greatest(a.max, excluded.max) else a.max end,
    next_count = case when excluded.used_at >= a.period_end then a.next_count + excluded.count else a.next_count end,
    next_sum = case when excluded.used_at >= a.period_end then a.next_sum + excluded.sum else a.next_sum end,
    next_min = case when excluded.used_at >= a.period_end then least(a.next_min, excluded.min) else a.next_min end,
    next_max = case when excluded.used_at >= a.period_end then greatest(a.next_max, excluded.max) else a.next_max end`;

/** Its account is locked: which period a value is of must not change until it is counted. */
async function addValues(run: Run, seen: readonly SeenValues[], at: string): Promise<void> {
  if (seen.length === 0) return;
  const values = seen.flatMap(({ subject, meterId, values }) =>
    [...values].map((value) => ({ subject, meterId, value })),
  );
  await run(ADD_VALUES, [
    values.map(({ subject }) => subject),
    values.map(({ meterId }) => meterId),
    values.map(({ value }) => hash('md5', value, 'hex')),
    at,
  ]);
}

const ADD_VALUES = `
  with given as (
    select a.subject, a.meter_id, value, a.period_end <= $4::timestamptz as is_next,
      a.generation + case when a.period_end <= $4::timestamptz then 1 else 0 end as generation
    from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as g (subject, meter_id, value)
    join usage_accounts a using (subject, meter_id)
  ), fresh as (
    insert into usage_values (subject, meter_id, generation, value)
    select subject, meter_id, generation, value from given on conflict do nothing
    returning subject, meter_id, generation
  ), counted as (select subject, meter_id, generation, count(*) as more from fresh group by 1, 2, 3)
  update usage_accounts a set
    used_at = greatest(a.used_at, $4::timestamptz),
    count = a.count + case when counted.generation = a.generation then more else 0 end,
    next_count = a.next_count + case when counted.generation > a.generation then more else 0 end
  from counted where (a.subject, a.meter_id) = (counted.subject, counted.meter_id)`;
