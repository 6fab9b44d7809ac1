/**
 * A customer gets the merchant's name for them: what is counted under it belongs to their periods from now on. What
 * came in under the name before the running period began is nobody's to pay. The account holds one sum, of which that
 * part can't be taken away: where there is any, what came in since is counted from the events.
 */
import type { MeterId } from '../billing/ids.ts';
import { closeAccounts, type Sql } from './accounts.ts';
import type { EventStore } from './event-store.ts';
import type { MeterTerms } from './known-meters.ts';
import { keepNamedUsage, namedUsage, type Period } from './named-usage.ts';
import type { Subject } from './subjects.ts';

interface Standing {
  readonly meter_id: MeterId;
  readonly is_before: boolean;
  readonly is_after: boolean;
  /** ms since 1970: since when the customer's own account counts, and when its period ends or was frozen. */
  readonly from: number;
  readonly end: number | null;
}

/** Of meters that a subscription of the customer's counts by. All accounts are there, and locked. */
export async function joinAccounts(
  sql: Sql,
  store: EventStore,
  own: Subject,
  named: Subject,
  meters: readonly MeterTerms[],
): Promise<void> {
  if (meters.length === 0) return;
  const standing = await sql.execute<Standing[]>(
    // A reading of what was before isn't over: what it would add is of before.
    `select n.meter_id, n.used_from < o.used_from
         or exists (select from meter_backfills b where b.meter_id = n.meter_id and b.finished_at is null) as is_before,
       coalesce(n.used_at >= o.period_end, false) as is_after,
       ceil(extract(epoch from greatest(o.used_from, '1970-01-01')) * 1000)::float8 as "from",
       ceil(abs(extract(epoch from o.period_end)) * 1000)::float8 as "end"
     from usage_accounts n join usage_accounts o on o.meter_id = n.meter_id and o.subject = ?::uuid
     where n.subject = ?::uuid and n.meter_id = any(?::uuid[])`,
    [own, named, listed(meters)],
  );
  const those = (which: (each: Standing) => boolean) => {
    const ids = new Set(standing.filter(which).map(({ meter_id }) => meter_id));
    return meters.filter(({ id }) => ids.has(id));
  };
  for (const { meter_id, from, end } of standing.filter(({ is_before }) => is_before)) {
    const meter = meters.find(({ id }) => id === meter_id);
    if (meter === undefined) continue;
    await countAnew(sql, store, named, { meter, from: new Date(from), end: end === null ? null : new Date(end) });
  }
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

async function countAnew(sql: Sql, store: EventStore, named: Subject, period: Period): Promise<void> {
  const { id: meterId, aggregation } = period.meter;
  await closeAccounts(sql, [{ subjects: [named], meterId, func: aggregation.func }]);
  const usage = await namedUsage(store, named, period);
  if (usage !== null) await keepNamedUsage(sql, named, period, usage);
}

/** The running period is over, and only waits to be closed. */
async function keepForNext(sql: Sql, named: Subject, meters: readonly MeterTerms[]): Promise<void> {
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

const listed = (meters: readonly MeterTerms[]): string => `{${meters.map(({ id }) => id).join(',')}}`;
