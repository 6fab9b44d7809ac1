/** The steps of moving events to ClickHouse. Each may be tried any number of times: what is done stands in the database. */
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Client } from 'pg';
import { checkCopied, clearCopied } from '../../usage/clear-events.ts';
import { type ClickHouseClient, connectClickHouse } from '../../usage/clickhouse/connection.ts';
import { hasTables, makeTables } from '../../usage/clickhouse/tables.ts';
import { copyNext, startCopying, switchOver } from '../../usage/copy-events.ts';
import { claim, refuseOther } from '../../usage/event-store-id.ts';
import { standingStore } from '../../usage/event-store-state.ts';
import type { MoveProgress } from '../../workflows/event-store.messages.ts';
import type { Dependencies } from '../dependencies.ts';
import { withClient } from './client.ts';

/** So that the process hears of it, and a worker that is stopped needn't be waited for. */
const STEP_MS = 10_000;
/** Each begins with counting what is left. */
const CLEAR_STEP_MS = 60_000;
const FIRST_SLICE_MS = 60_000;
/** To count a month of events. */
const ANSWER_WITHIN_MS = 15 * 60_000;
const BEAT_MS = 20_000;

export function openEventStore(deps: Dependencies): Promise<MoveProgress> {
  return connected(deps, async (client, clickhouse) => {
    const { state } = await standingStore(client);
    // An empty one in its place would look as if there had been no events.
    if (state === 'clickhouse' && !(await hasTables(clickhouse))) {
      throw ApplicationFailure.retryable(
        'CLICKHOUSE_URL names another database than the one that events were moved to.',
      );
    }
    await makeTables(clickhouse);
    await claim(client, clickhouse);
    await startCopying(client);
    return progressOf(client, false);
  });
}

export function copyEvents(deps: Dependencies): Promise<MoveProgress> {
  return withBoth(deps, async (client, clickhouse) => {
    const until = performance.now() + STEP_MS;
    let slice = { ms: FIRST_SLICE_MS, isCaughtUp: false };
    while (!slice.isCaughtUp && performance.now() < until) {
      slice = await copyNext(client, clickhouse, slice.ms);
      Context.current().heartbeat();
    }
    return progressOf(client, slice.isCaughtUp);
  });
}

/** False where some were missing, which are then copied again. */
export function checkCopiedEvents(deps: Dependencies): Promise<boolean> {
  return withBoth(deps, async (client, clickhouse) => {
    const month = await checkCopied(client, clickhouse);
    if (month !== null) Context.current().log.warn('events are missing in ClickHouse; copying again', { month });
    return month === null;
  });
}

export function switchEventStore(deps: Dependencies): Promise<MoveProgress> {
  return withBoth(deps, async (client, clickhouse) => {
    const isOver = await switchOver(client, clickhouse);
    if (isOver) Context.current().log.info('events are read in ClickHouse from now on');
    return progressOf(client, false);
  });
}

export function clearCopiedEvents(deps: Dependencies): Promise<MoveProgress> {
  return withBoth(deps, async (client, clickhouse) => {
    const until = performance.now() + CLEAR_STEP_MS;
    const { cancellationSignal: stopped } = Context.current();
    await clearCopied(client, clickhouse, () => stopped.aborted || performance.now() > until);
    return progressOf(client, true);
  });
}

/** The estimate is that of Postgres, which counts from time to time. */
async function progressOf(client: Client, isCaughtUp: boolean): Promise<MoveProgress> {
  const { state, moved, isCleared } = await standingStore(client);
  const { rows } = await client.query<{ total: number }>(
    `select coalesce(sum(greatest(reltuples, 0)), 0)::float8 as total
     from pg_partition_tree('events') join pg_class on oid = relid where isleaf`,
  );
  const total = Math.max(moved, Math.round(rows[0]?.total ?? 0));
  return { state, moved, total: state === 'clickhouse' ? moved : total, isCaughtUp, isCleared };
}

/** Not in another ClickHouse than the one that it was begun in. */
function withBoth<T>(
  deps: Dependencies,
  work: (client: Client, clickhouse: ClickHouseClient) => Promise<T>,
): Promise<T> {
  return connected(deps, async (client, clickhouse) => {
    await refuseOther(client, clickhouse);
    return work(client, clickhouse);
  });
}

/** Heartbeats go on while a long query runs. */
async function connected<T>(
  deps: Dependencies,
  work: (client: Client, clickhouse: ClickHouseClient) => Promise<T>,
): Promise<T> {
  const { CLICKHOUSE_URL: url } = deps.environment;
  if (url === undefined) throw ApplicationFailure.retryable('CLICKHOUSE_URL is not set for this worker.');
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), BEAT_MS);
  const clickhouse = connectClickHouse(url, ANSWER_WITHIN_MS);
  try {
    return await withClient(deps, (client) => work(client, clickhouse));
  } finally {
    clearInterval(beat);
    await clickhouse.close();
  }
}
