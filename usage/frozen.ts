/**
 * Accounts that take in nothing more, whatever the clock of whoever takes in says: what comes is kept for the next period.
 * So what they come to stays the same while somebody far away is asked for its tax. It ends with the closing, or where
 * the accounts follow a period again: nothing is lost in between.
 */
import type { OrganizationId } from '../billing/ids.ts';
import { type Account, followPeriod, keysOf, type Sql } from './accounts.ts';

/** Before anything was used. */
const LONG_AGO = new Date(0);

/** All that was used by now is of the running period. */
export const freezeAccounts = (sql: Sql, organizationId: OrganizationId, accounts: readonly Account[]) =>
  followPeriod(sql, organizationId, accounts, LONG_AGO);

/** How many of them are, under all of the customers' names. */
export async function frozenOf(sql: Sql, accounts: readonly Account[]): Promise<'all' | 'some' | 'none'> {
  if (accounts.length === 0) return 'all';
  const [subjects, meters] = keysOf(accounts);
  const [counted] = await sql.execute<[{ readonly frozen: number; readonly open: number }]>(
    `select count(a.subject)::int as frozen, (count(*) - count(a.subject))::int as open
     from unnest(?::uuid[], ?::uuid[]) as g (subject, meter_id)
     left join usage_accounts a on (a.subject, a.meter_id) = (g.subject, g.meter_id) and a.period_end = ?::timestamptz`,
    [subjects, meters, LONG_AGO.toISOString()],
  );
  if (counted.open === 0) return 'all';
  return counted.frozen === 0 ? 'none' : 'some';
}
