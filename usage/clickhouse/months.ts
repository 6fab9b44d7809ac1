/** The events of each month, by when they were received (UTC), in ClickHouse: a partition of its own. */
import type { ClickHouseClient } from './connection.ts';

/** As 202601. */
export type Month = number;

export const monthOf = (date: Date): Month => date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;

/** How many of before a time there are of each, those that came twice counted once. */
export async function countByMonth(clickhouse: ClickHouseClient, before: string): Promise<Map<Month, number>> {
  const answer = await clickhouse.query({
    query: `select toYYYYMM(received_at) as month, toFloat64(count()) as n from events final
      where received_at < {before: DateTime64(6, 'UTC')} group by month`,
    format: 'JSONEachRow',
    query_params: { before },
    // What is the same is of the same month.
    clickhouse_settings: { do_not_merge_across_partitions_select_final: 1 },
  });
  return new Map((await answer.json<{ month: Month; n: number }>()).map(({ month, n }) => [month, n]));
}

/** Those that ended more than `keepMonths` months before the running one. Answers with what was dropped. */
export async function dropMonths(clickhouse: ClickHouseClient, at: number, keepMonths: number): Promise<Month[]> {
  const now = new Date(at);
  const oldest = monthOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - keepMonths, 1)));
  const answer = await clickhouse.query({
    query: `select distinct toUInt32(partition) as month from system.parts
      where database = currentDatabase() and table = 'events' and active and month < {oldest: UInt32} order by month`,
    format: 'JSONEachRow',
    query_params: { oldest },
  });
  const months = (await answer.json<{ month: Month }>()).map(({ month }) => month);
  for (const month of months) await clickhouse.command({ query: `alter table events drop partition ${month}` });
  return months;
}
