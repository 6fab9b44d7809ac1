/**
 * Carries events to ClickHouse as they come in, once they are read there. Each worker looks every second, and one at a time
 * carries. While ClickHouse is away, events wait in Postgres.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../config/environment.ts';
import type { Logger } from '../config/logging.ts';
import { connectClickHouse } from '../usage/clickhouse/connection.ts';
import { EventMover } from '../usage/move-events.ts';

export interface RunningMover {
  /** Ends after what is in hand. */
  stop(): Promise<void>;
}

const PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
/** In one go; a worker that is stopped waits for so long at most. */
const MOVE_WITHIN_MS = 10_000;
/** Rows taken out of Postgres before their room is made free for others. */
const VACUUM_AFTER = 200_000;

/** Does nothing where there is no ClickHouse. */
export function startEventMover(
  { DATABASE_URL, CLICKHOUSE_URL }: Pick<Environment, 'DATABASE_URL' | 'CLICKHOUSE_URL'>,
  log: Pick<Logger, 'info' | 'warn'>,
): RunningMover {
  if (CLICKHOUSE_URL === undefined) return { stop: async () => {} };
  const stopping = new AbortController();
  const clickhouse = connectClickHouse(CLICKHOUSE_URL);
  const mover = new EventMover(DATABASE_URL, clickhouse);
  const running = moveUntil(stopping.signal, mover, log);
  return {
    async stop() {
      stopping.abort();
      await running;
      await mover.close();
      await clickhouse.close();
    },
  };
}

async function moveUntil(stopped: AbortSignal, mover: EventMover, log: Pick<Logger, 'info' | 'warn'>): Promise<void> {
  let failures = 0;
  let sinceVacuum = 0;
  while (!stopped.aborted) {
    let pause = PAUSE;
    try {
      const { moved, isComplete } = await mover.move(MOVE_WITHIN_MS);
      sinceVacuum += moved;
      if (sinceVacuum >= VACUUM_AFTER) {
        await mover.vacuum();
        sinceVacuum = 0;
      }
      if (failures > 0) log.info({ moved }, 'events are carried to ClickHouse again');
      failures = 0;
      if (!isComplete) pause = 0;
    } catch (error) {
      // Said once, and not every few seconds while it lasts.
      if (failures === 0) log.warn({ err: error }, 'events could not be carried to ClickHouse; they wait in Postgres');
      failures += 1;
      pause = Math.min(LONGEST_PAUSE, PAUSE * 2 ** Math.min(failures, 5));
    }
    await sleep(pause, undefined, { signal: stopped }).catch(() => {});
  }
}
