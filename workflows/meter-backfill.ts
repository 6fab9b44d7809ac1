/** Counts for a new meter what came in before it was made. How far it has got stands in the database. */
import { continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import type { usageActivities } from '../activities/usage/index.ts';
import type { MeterId } from '../billing/ids.ts';
import { backfillProgress } from './meter-backfill.messages.ts';

const { backfillMeter } = proxyActivities<ReturnType<typeof usageActivities>>({
  startToCloseTimeout: '1 h',
  heartbeatTimeout: '2 min',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' },
});

const STEPS_PER_RUN = 200;

export async function meterBackfill({ meterId }: { readonly meterId: MeterId }): Promise<void> {
  let progress = { looked: 0, counted: 0 };
  setHandler(backfillProgress, () => progress);
  for (let step = 0; step < STEPS_PER_RUN; step += 1) {
    const { looked, counted, isFinished } = await backfillMeter({ meterId });
    progress = { looked, counted };
    if (isFinished) return;
  }
  await continueAsNew<typeof meterBackfill>({ meterId });
}
