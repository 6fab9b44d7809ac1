/** Once a day: makes the tables of the coming months' events, puts away those kept no longer, and tidies customers' usage. */
import { Context } from '@temporalio/activity';
import { connectClickHouse } from '../../usage/clickhouse/connection.ts';
import { dropMonths, type Month } from '../../usage/clickhouse/months.ts';
import { dropOldCommits } from '../../usage/commits.ts';
import { detachPartitions, dropEmptyPartitions, makePartitions } from '../../usage/event-partitions.ts';
import { isInClickHouse, standingStore } from '../../usage/event-store-state.ts';
import { addMissingMeters } from '../../usage/missing-meters.ts';
import { dropSpentValues } from '../../usage/spent-values.ts';
import type { Dependencies } from '../dependencies.ts';
import { withClient } from './client.ts';

export interface KeptPartitions {
  readonly made: readonly string[];
  readonly detached: readonly string[];
  /** Of ClickHouse. */
  readonly dropped: readonly Month[];
}

export function keepPartitions(deps: Dependencies, { at }: { readonly at: number }): Promise<KeptPartitions> {
  const { EVENTS_KEEP_MONTHS: months } = deps.environment;
  return withClient(deps, async (client) => {
    const made = await makePartitions(client, at);
    await addMissingMeters(client);
    await dropOldCommits(client, at);
    await dropSpentValues(client, (dropped) => Context.current().heartbeat({ dropped }));
    const { state, isCleared } = await standingStore(client);
    if (isCleared) await dropEmptyPartitions(client, at);
    if (months === undefined) return { made, detached: [], dropped: [] };
    // Once events are in ClickHouse, what is left here is on its way there.
    const detached = isInClickHouse(state) ? [] : await detachPartitions(client, at, months);
    const { log } = Context.current();
    if (detached.length > 0) log.warn('tables of events are no longer part of them; keep or drop them', { detached });
    const dropped = await dropInClickHouse(deps, at, months);
    if (dropped.length > 0) log.warn('events are kept no longer', { dropped });
    return { made, detached, dropped };
  });
}

async function dropInClickHouse({ environment }: Dependencies, at: number, months: number): Promise<Month[]> {
  const { CLICKHOUSE_URL: url } = environment;
  if (url === undefined) return [];
  const clickhouse = connectClickHouse(url);
  try {
    return await dropMonths(clickhouse, at, months);
  } finally {
    await clickhouse.close();
  }
}
