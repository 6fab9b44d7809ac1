/** Finds what lost its process, a page of rows at a time, and starts it again; and deletions that stopped in the middle. */
import { Context } from '@temporalio/activity';
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { startCheckouts } from '../waking/checkouts.ts';
import { startMeterBackfills } from '../waking/meter-backfills.ts';
import { startOrders } from '../waking/orders.ts';
import { startSubscriptions } from '../waking/subscriptions.ts';
import { startTaxRecords } from '../waking/tax-records.ts';
import { callAll } from '../waking/wake.ts';
import { thawForgotten } from './forgotten-freezes.ts';
import { endDeletions } from './half-deletions.ts';
import {
  type PageOf,
  pageOfCheckouts,
  pageOfDeletions,
  pageOfMeterBackfills,
  pageOfOrders,
  pageOfSubscriptions,
  pageOfTaxRecords,
} from './pages.ts';

export interface Sweep extends Pick<PageOf, 'dueBefore'> {
  readonly of: 'subscriptions' | 'checkouts' | 'orders' | 'tax_records' | 'meter_backfills' | 'deletions';
}

const WAYS = {
  subscriptions: { pageOf: pageOfSubscriptions, start: startSubscriptions },
  checkouts: { pageOf: pageOfCheckouts, start: startCheckouts },
  orders: { pageOf: pageOfOrders, start: startOrders },
  tax_records: { pageOf: pageOfTaxRecords, start: startTaxRecords },
  meter_backfills: { pageOf: pageOfMeterBackfills, start: startMeterBackfills },
  deletions: { pageOf: pageOfDeletions, start: endDeletions },
} as const;

const FIRST = '00000000-0000-0000-0000-000000000000';

export const sweepActivities = (deps: Dependencies) => bound(deps, { startMissing, thawForgotten });

/**
 * Starts the process of each: a process that runs already is as good as started, and asking Temporal costs less than
 * keeping count. What fails is left to the next time; an interrupted pass goes on where it was.
 */
async function startMissing({ orm, temporal }: Dependencies, { of, dueBefore }: Sweep): Promise<{ looked: number }> {
  const { pageOf, start } = WAYS[of];
  const context = Context.current();
  let after: string = context.info.heartbeatDetails ?? FIRST;
  for (let looked = 0; ; ) {
    const em = orm.em.fork();
    const ids = await pageOf(em, { dueBefore, after });
    if (ids.length === 0) return { looked };
    const [failure, ...more] = await callAll(temporal, await start(em, temporal, ids));
    if (failure !== undefined) context.log.warn('processes could not be started', { failure, more: more.length });
    looked += ids.length;
    after = ids.at(-1) ?? after;
    context.heartbeat(after);
  }
}
