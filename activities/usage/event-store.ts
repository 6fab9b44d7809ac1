/** The steps of moving events to ClickHouse, and back. Each may be tried any number of times: what is done stands in the database. */
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Client } from 'pg';
import { checkCopied, clearCopied } from '../../usage/clear-events.ts';
import { type ClickHouseClient, connectClickHouse } from '../../usage/clickhouse/connection.ts';
import { countEvents } from '../../usage/clickhouse/received.ts';
import { hasTables, makeTables } from '../../usage/clickhouse/tables.ts';
import { callOffCopying, copyNext, startCopying, switchOver } from '../../usage/copy-events.ts';
import { claim, refuseOther } from '../../usage/event-store-id.ts';
import { isInClickHouse, standingStore } from '../../usage/event-store-state.ts';
import { EventMover } from '../../usage/move-events.ts';
import { callOffReturning, checkReturned, returnNext, startReturning, switchBack } from '../../usage/return-events.ts';
import type { MoveProgress, Store } from '../../workflows/event-store.messages.ts';
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

/** `towards`: where events are to be read in the end. */
export function openEventStore(deps: Dependencies, towards: Store = 'clickhouse'): Promise<MoveProgress> {
  return connected(deps, async (client, clickhouse) => {
    const { state } = await standingStore(client);
    // An empty one in its place would look as if there had been no events.
    if (isInClickHouse(state) && !(await hasTables(clickhouse))) {
      throw ApplicationFailure.retryable(
        'CLICKHOUSE_URL names another database than the one that events were moved to.',
      );
    }
    if (towards === 'clickhouse') {
      await makeTables(clickhouse);
      await claim(client, clickhouse);
      await callOffReturning(client);
      await startCopying(client);
    } else {
      if (state !== 'postgres') await refuseOther(client, clickhouse);
      await callOffCopying(client);
      await startReturning(client);
    }
    return progressOf(client, clickhouse, false);
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
    return progressOf(client, clickhouse, slice.isCaughtUp);
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
    return progressOf(client, clickhouse, false);
  });
}

export function clearCopiedEvents(deps: Dependencies): Promise<MoveProgress> {
  return withBoth(deps, async (client, clickhouse) => {
    const until = performance.now() + CLEAR_STEP_MS;
    const { cancellationSignal: stopped } = Context.current();
    await clearCopied(client, clickhouse, () => stopped.aborted || performance.now() > until);
    return progressOf(client, clickhouse, true);
  });
}

export function returnEvents(deps: Dependencies): Promise<MoveProgress> {
  return withBoth(deps, async (client, clickhouse) => {
    const mover = new EventMover(deps.environment.DATABASE_URL, clickhouse);
    try {
      const until = performance.now() + STEP_MS;
      let isCaughtUp = false;
      while (!isCaughtUp && performance.now() < until) {
        isCaughtUp = await returnNext(client, clickhouse, mover);
        Context.current().heartbeat();
      }
      return await progressOf(client, clickhouse, isCaughtUp);
    } finally {
      await mover.close();
    }
  });
}

/** False where some were missing, which are then brought back again. */
export function checkReturnedEvents(deps: Dependencies): Promise<boolean> {
  return withBoth(deps, async (client, clickhouse) => {
    const month = await checkReturned(client, clickhouse);
    if (month !== null)
      Context.current().log.warn('events are missing in Postgres; bringing them back again', { month });
    return month === null;
  });
}

export function switchEventStoreBack(deps: Dependencies): Promise<MoveProgress> {
  return withBoth(deps, async (client, clickhouse) => {
    const isBack = await switchBack(client, clickhouse);
    if (isBack) Context.current().log.info('events are read in Postgres from now on; CLICKHOUSE_URL may be unset');
    return progressOf(client, clickhouse, false);
  });
}

/** How many there are is an estimate of Postgres, which counts from time to time, or of ClickHouse on the way back. */
async function progressOf(client: Client, clickhouse: ClickHouseClient, isCaughtUp: boolean): Promise<MoveProgress> {
  const { state, moved, returned, isCleared } = await standingStore(client);
  switch (state) {
    case 'postgres':
      return { state, moved: returned, total: returned, isCaughtUp, isCleared };
    case 'moving': {
      const total = Math.max(moved, await estimated(client));
      return { state, moved, total, isCaughtUp, isCleared };
    }
    case 'clickhouse':
      return { state, moved, total: moved, isCaughtUp, isCleared };
    case 'returning': {
      const total = Math.max(returned, await countEvents(clickhouse));
      return { state, moved: returned, total, isCaughtUp, isCleared };
    }
  }
}

async function estimated(client: Client): Promise<number> {
  const { rows } = await client.query<{ total: number }>(
    `select coalesce(sum(greatest(reltuples, 0)), 0)::float8 as total
     from pg_partition_tree('events') join pg_class on oid = relid where isleaf`,
  );
  return Math.round(rows[0]?.total ?? 0);
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
