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

interface Overdue {
  readonly id: string;
  /** As Postgres writes it. */
  readonly expiresAt: string;
}

const OVERDUE = `
  select k.id, k.expires_at::text as "expiresAt" from checkouts k left join customers c on c.id = k.customer_id
    where k.status = 'open' and k.expires_at <= now() and c.test_clock_id is null
      and (k.expires_at, k.id) > (?::timestamptz, ?::uuid)
    order by k.expires_at, k.id limit ${MOST}`;

const BEFORE_ALL: Overdue = { id: '00000000-0000-0000-0000-000000000000', expiresAt: '-infinity' };

/**
 * Each look goes on behind the last, and begins anew at the end: what can't be started now is found again, and what stays
 * open though its process is over, as in a database that was restored, keeps nobody behind it from being ended.
 */
export async function endOverdueCheckouts(stopped: AbortSignal, { orm, temporal, log }: OverdueOptions): Promise<void> {
  let failures = 0;
  let after = BEFORE_ALL;
  while (!stopped.aborted) {
    try {
      const { failed, last } = await endSome(stopped, orm, temporal, after);
      after = last;
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

interface Looked {
  readonly failed: readonly Failed[];
  /** The next look is for what is behind it. */
  readonly last: Overdue;
}

/** Nobody else starts them meanwhile, nor in the moment that their processes need to end them. */
function endSome(stopped: AbortSignal, orm: MikroORM, temporal: Client, after: Overdue): Promise<Looked> {
  return orm.em.fork().transactional(async (em) => {
    const [lock]: { isOurs: boolean }[] = await em.execute(
      `select pg_try_advisory_xact_lock(${OVERDUE_LOCK}) as "isOurs"`,
    );
    if (lock?.isOurs !== true) return { failed: [], last: after };
    const overdue: Overdue[] = await em.execute(OVERDUE, [after.expiresAt, after.id]);
    const failed: Failed[] = [];
    let last = overdue.length < MOST ? BEFORE_ALL : (overdue.at(-1) ?? BEFORE_ALL);
    for (let from = 0; from < overdue.length && !stopped.aborted && failed.length === 0; from += AT_ONCE) {
      const some = overdue.slice(from, from + AT_ONCE);
      const ids = some.map(({ id }) => id);
      failed.push(...(await callAll(temporal, await startCheckouts(orm.em.fork(), temporal, ids), AT_ONCE)));
      // Behind those that failed, too: one that always does would be the last that is tried.
      if (failed.length > 0) last = some.at(-1) ?? last;
    }
    if (overdue.length > 0) await pause(PAUSE, stopped);
    return { failed, last };
  });
}

const pause = (ms: number, stopped: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: stopped }).catch(() => {});
