/**
 * Subscriptions, checkouts and charges of draft orders whose process was lost, by accident or by an operator, get it back
 * from their rows: what is overdue within minutes, the rest once in each run. So do accounts that were left frozen, and deletions
 * of customers that stopped in the middle go on.
 */
import { continueAsNew, patched, proxyActivities, sleep } from '@temporalio/workflow';
import type { Sweep, sweepActivities } from '../activities/sweep/index.ts';

const { startMissing, thawForgotten } = proxyActivities<ReturnType<typeof sweepActivities>>({
  startToCloseTimeout: '6 h',
  heartbeatTimeout: '5 min',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' },
});

const PAUSE = 5 * 60_000;
/** What is late by less is probably just being done. */
const LATE = 5 * 60_000;
/** Half a day. */
const ROUNDS_PER_RUN = 144;

export async function sweep(): Promise<void> {
  await startAll(null);
  if (patched('forgotten-freezes')) await thawForgotten({ before: Date.now() - LATE });
  for (let round = 0; round < ROUNDS_PER_RUN; round += 1) {
    await sleep(PAUSE, { summary: 'until the next look for what is overdue' });
    await startAll(Date.now() - LATE);
  }
  await continueAsNew<typeof sweep>();
}

async function startAll(dueBefore: number | null): Promise<void> {
  const kinds: Sweep['of'][] = ['subscriptions', 'checkouts', 'orders'];
  if (patched('tax-records')) kinds.push('tax_records');
  if (patched('meter-backfills')) kinds.push('meter_backfills');
  if (patched('deletions')) kinds.push('deletions');
  await Promise.all(kinds.map((of) => startMissing({ of, dueBefore })));
}
