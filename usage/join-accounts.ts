/**
 * A customer gets the merchant's name for them: what is counted under it belongs to their periods from now on. What
 * came in under the name before the running period began is nobody's to pay, and one number can't be told apart from
 * another in a sum: so either all of what was counted under the name is of this customer's present, or none.
 */
import type { Aggregation } from '../billing/aggregations.ts';
import type { MeterId } from '../billing/ids.ts';
import { closeAccounts, type Sql } from './accounts.ts';
import type { Subject } from './subjects.ts';

export interface Joined {
  readonly meterId: MeterId;
  readonly func: Aggregation['func'];
}

/** Of meters that a subscription of the customer's counts by. All accounts are there, and locked. */
export async function joinAccounts(sql: Sql, own: Subject, named: Subject, meters: readonly Joined[]): Promise<void> {
  if (meters.length === 0) return;
  const standing = await sql.execute<{ meter_id: MeterId; is_before: boolean; is_after: boolean }[]>(
    // A reading of what was before isn't over: what it would add is of before.
    `select n.meter_id, n.used_from < o.used_from
         or exists (select from meter_backfills b where b.meter_id = n.meter_id and b.finished_at is null) as is_before,
       coalesce(n.used_at >= o.period_end, false) as is_after
     from usage_accounts n join usage_accounts o on o.meter_id = n.meter_id and o.subject = ?::uuid
     where n.subject = ?::uuid and n.meter_id = any(?::uuid[])`,
    [own, named, listed(meters)],
  );
  const those = (which: (each: (typeof standing)[number]) => boolean) => {
    const ids = new Set(standing.filter(which).map(({ meter_id }) => meter_id));
    return meters.filter(({ meterId }) => ids.has(meterId));
  };
  await closeAccounts(
    sql,
    those(({ is_before }) => is_before).map((meter) => ({ ...meter, subjects: [named] })),
  );
  await keepForNext(
    sql,
    named,
    those(({ is_before, is_after }) => !is_before && is_after),
  );
  await sql.execute(
    `update usage_accounts n set period_end = o.period_end from usage_accounts o
     where n.subject = ?::uuid and o.subject = ?::uuid and o.meter_id = n.meter_id and n.meter_id = any(?::uuid[])`,
    [named, own, listed(meters)],
  );
}

/** The running period is over, and only waits to be closed. */
async function keepForNext(sql: Sql, named: Subject, meters: readonly Joined[]): Promise<void> {
  if (meters.length === 0) return;
  const keys = [named, listed(meters)];
  await sql.execute(
    `update usage_values v set generation = v.generation + 1 from usage_accounts a
     where a.subject = ?::uuid and a.meter_id = any(?::uuid[])
       and (v.subject, v.meter_id, v.generation) = (a.subject, a.meter_id, a.generation)`,
    keys,
  );
  await sql.execute(
    `update usage_accounts set next_count = count, next_sum = sum, next_min = min, next_max = max,
       count = 0, sum = 0, min = null, max = null
     where subject = ?::uuid and meter_id = any(?::uuid[])`,
    keys,
  );
}

const listed = (meters: readonly Joined[]): string => `{${meters.map(({ meterId }) => meterId).join(',')}}`;
