/**
 * Open checkouts whose time is over get a process, which ends them: until then, most have none. One that has a process ends
 * by that. Customers on test clocks are left to their clocks. Each worker looks every second, and one at a time starts them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from '@temporalio/client';
import { startCheckouts } from '../activities/waking/checkouts.ts';
import { callAll, type Failed } from '../activities/waking/wake.ts';
import type { Logger } from '../config/logging.ts';

export interface OverdueOptions {
  readonly orm: MikroORM;
  readonly temporal: Client;
  readonly log: Pick<Logger, 'warn'>;
}

const MOST = 500;
/** Whoever stops waits for so many calls. */
const AT_ONCE = 20;
const PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
const OVERDUE_LOCK = 4_815_162_345;

const OVERDUE = `
  select k.id from checkouts k left join customers c on c.id = k.customer_id
    where k.status = 'open' and k.expires_at <= now() and c.test_clock_id is null
    order by k.expires_at limit ${MOST}`;

/** What can't be started now is found again. */
export async function endOverdueCheckouts(stopped: AbortSignal, { orm, temporal, log }: OverdueOptions): Promise<void> {
  let failures = 0;
  while (!stopped.aborted) {
    try {
      const failed = await endSome(stopped, orm, temporal);
      failures = failed.length === 0 ? 0 : failures + 1;
      const [failure] = failed;
      if (failure !== undefined) {
        log.warn(
          { err: failure.error, failed: failed.length },
          'checkouts that are over could not be ended; trying again',
        );
      }
    } catch (error) {
      failures += 1;
      log.warn({ err: error }, 'checkouts that are over could not be looked for; trying again');
    }
    await pause(Math.min(LONGEST_PAUSE, PAUSE * 2 ** Math.min(failures, 5)), stopped);
  }
}

/** Nobody else starts them meanwhile, nor in the moment that their processes need to end them. */
function endSome(stopped: AbortSignal, orm: MikroORM, temporal: Client): Promise<Failed[]> {
  return orm.em.fork().transactional(async (em) => {
    const [lock]: { isOurs: boolean }[] = await em.execute(
      `select pg_try_advisory_xact_lock(${OVERDUE_LOCK}) as "isOurs"`,
    );
    if (lock?.isOurs !== true) return [];
    const overdue: { id: string }[] = await em.execute(OVERDUE);
    const failed: Failed[] = [];
    for (let from = 0; from < overdue.length && !stopped.aborted && failed.length === 0; from += AT_ONCE) {
      const ids = overdue.slice(from, from + AT_ONCE).map(({ id }) => id);
      failed.push(...(await callAll(temporal, await startCheckouts(orm.em.fork(), temporal, ids), AT_ONCE)));
    }
    if (overdue.length > 0) await pause(PAUSE, stopped);
    return failed;
  });
}

const pause = (ms: number, stopped: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: stopped }).catch(() => {});
