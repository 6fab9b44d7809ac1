/**
 * Waits for customers' usage to leave a range of units. The range is set on their accounts, in numbers that these hold;
 * the database calls for a look, by `call_for_level`, in the transaction that leaves it or closes a period, whoever's it
 * is, and once: whoever looks waits anew. Where nobody waits, taking events in costs what it did.
 */
import Big from 'big.js';
import { NOTHING, type Tally, together, unitsOf } from '../billing/aggregations.ts';
import type { OrganizationId } from '../billing/ids.ts';
import type { Band } from '../billing/levels.ts';
import { type Account, keysOf, type Sql } from './accounts.ts';
import type { Subject } from './subjects.ts';

export interface Awaited {
  readonly organizationId: OrganizationId;
  readonly account: Account;
  /** Of all units of the account; null: nobody waits for anything. */
  readonly band: Band | null;
}

/** Calls at once where the range is left already: what came in since the caller read the units isn't missed. */
export async function watch(sql: Sql, awaited: readonly Awaited[]): Promise<void> {
  if (awaited.length === 0) return;
  await sql.execute(LOCK, keysOf(awaited.map(({ account }) => account)));
  const tallies = await talliesOf(sql, awaited);
  const watches = awaited.flatMap(({ account, band, organizationId }) => {
    const own = account.subjects.map((subject) => tallies.get(`${subject} ${account.meterId}`) ?? NOTHING);
    if (band === null) return [];
    return watchesOf(account.func, own, band).map((each, i) => ({
      ...{ ...each, organizationId, subject: account.subjects[i] ?? '', meterId: account.meterId },
    }));
  });
  await sql.execute(SET, [
    list(watches.map(({ subject }) => subject)),
    list(watches.map(({ meterId }) => meterId)),
    list(watches.map(({ organizationId }) => organizationId)),
    list(watches.map(({ on }) => on)),
    list(watches.map(({ from }) => from)),
    list(watches.map(({ below }) => below)),
  ]);
  const left = awaited.filter(({ band }) => band === null).map(({ account }) => account);
  await sql.execute(CLEAR, keysOf(left));
}

// All of them at once, in the order of those who take events in: two statements follow.
const LOCK = `
  select from usage_accounts where (subject, meter_id) in (select * from unnest(?::uuid[], ?::uuid[]))
  order by subject, meter_id for update`;

// One that was set and has stayed the same has missed nothing.
const SET = `
  insert into usage_accounts as a (subject, meter_id, organization_id, watched, watch_from, watch_below)
  select * from unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::text[], ?::numeric[], ?::numeric[])
    as g (subject, meter_id, organization_id, watched, watch_from, watch_below) order by subject, meter_id
  on conflict (subject, meter_id) do update
    set watched = excluded.watched, watch_from = excluded.watch_from, watch_below = excluded.watch_below
    where (a.watched, a.watch_from, a.watch_below)
      is distinct from (excluded.watched, excluded.watch_from, excluded.watch_below)`;

const CLEAR = `
  update usage_accounts set watched = null
  where watched is not null and (subject, meter_id) in (select * from unnest(?::uuid[], ?::uuid[]))`;

interface Watch {
  readonly on: 'count' | 'sum' | 'max';
  readonly from: string | null;
  readonly below: string | null;
}

/**
 * For each subject. Almost all comes in under the last one, the merchant's name: the other's is looked at whenever
 * something does. So is what can go anywhere with each event.
 */
export function watchesOf(func: Account['func'], tallies: readonly Tally[], band: Band): Watch[] {
  const total = unitsOf(func, tallies.reduce(together, NOTHING));
  return tallies.map((tally, i) => {
    const isLast = i === tallies.length - 1;
    return (isLast ? watchOf(func, tallies, total, band) : null) ?? anythingNew(tally);
  });
}

function watchOf(func: Account['func'], tallies: readonly Tally[], total: string, band: Band): Watch | null {
  const last = tallies.at(-1) ?? NOTHING;
  switch (func) {
    case 'sum':
    case 'count':
      return { on: func, ...moved(band, new Big(last[func]).minus(total)) };
    case 'unique':
      // Values that came in under both names count once, which no sum tells.
      return tallies.slice(0, -1).some(({ count }) => count > 0) ? null : { on: 'count', ...band };
    case 'max':
      // Nothing lowers it in a period.
      return { on: 'max', from: band.from, below: null };
    case 'min':
    case 'avg':
      return null;
  }
}

const moved = ({ from, below }: Band, by: Big) => ({
  from: from === null ? null : by.plus(from).toFixed(),
  below: below === null ? null : by.plus(below).toFixed(),
});

const anythingNew = ({ count }: Tally): Watch => ({ on: 'count', from: String(count + 1), below: String(count) });

/** By subject and meter. */
async function talliesOf(sql: Sql, awaited: readonly Awaited[]): Promise<Map<string, Tally>> {
  const rows = await sql.execute<(Tally & { subject: Subject; meter_id: string })[]>(
    `select a.subject, a.meter_id, a.count::float8, a.sum::text, a.min::text, a.max::text from usage_accounts a
     join unnest(?::uuid[], ?::uuid[]) as g (subject, meter_id) using (subject, meter_id)`,
    keysOf(awaited.map(({ account }) => account)),
  );
  return new Map(
    rows.map(({ subject, meter_id, count, sum, min, max }) => [`${subject} ${meter_id}`, { count, sum, min, max }]),
  );
}

const list = (values: readonly (string | null)[]): string => `{${values.map((each) => each ?? 'NULL').join(',')}}`;
