/**
 * Accounts that take in nothing more, whatever the clock of whoever takes in says: what comes is kept for the next period.
 * So what they come to stays the same while somebody far away is asked for its tax. It ends with the closing, or where
 * the accounts follow a period again: nothing is lost in between.
 */
import type { OrganizationId } from '../billing/ids.ts';
import { type Account, followPeriod, keysOf, type Sql } from './accounts.ts';

/**
 * All that was used by now is of the running period. Its end is set before anything was used: as long before 1970 as it is
 * after, so that the closing knows since when the next one has counted.
 */
export async function freezeAccounts(
  sql: Sql,
  organizationId: OrganizationId,
  accounts: readonly Account[],
): Promise<void> {
  await followPeriod(sql, organizationId, accounts, null);
  await sql.execute(
    `update usage_accounts set period_end = to_timestamp(-extract(epoch from clock_timestamp()))
     where (subject, meter_id) in (select * from unnest(?::uuid[], ?::uuid[]))`,
    keysOf(accounts),
  );
}

/** How many of them are, under all of the customers' names. */
export async function frozenOf(sql: Sql, accounts: readonly Account[]): Promise<'all' | 'some' | 'none'> {
  if (accounts.length === 0) return 'all';
  const [subjects, meters] = keysOf(accounts);
  const [counted] = await sql.execute<[{ readonly frozen: number; readonly open: number }]>(
    `select count(a.subject)::int as frozen, (count(*) - count(a.subject))::int as open
     from unnest(?::uuid[], ?::uuid[]) as g (subject, meter_id)
     left join usage_accounts a on (a.subject, a.meter_id) = (g.subject, g.meter_id)
       and a.period_end <= 'epoch'`,
    [subjects, meters],
  );
  if (counted.open === 0) return 'all';
  return counted.frozen === 0 ? 'none' : 'some';
}
