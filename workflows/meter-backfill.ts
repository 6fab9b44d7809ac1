/** Counts for a new meter what came in before it was made. How far it has got stands in the database. */
import { continueAsNew, proxyActivities, setHandler } from '@temporalio/workflow';
import type { usageActivities } from '../activities/usage/index.ts';
import type { MeterId } from '../billing/ids.ts';
import { backfillProgress, countAnew } from './meter-backfill.messages.ts';

const { backfillMeter } = proxyActivities<ReturnType<typeof usageActivities>>({
  startToCloseTimeout: '1 h',
  heartbeatTimeout: '2 min',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' },
});

const STEPS_PER_RUN = 200;

export async function meterBackfill({ meterId }: { readonly meterId: MeterId }): Promise<void> {
  let progress = { looked: 0, counted: 0 };
  let isAsked = false;
  setHandler(backfillProgress, () => progress);
  setHandler(countAnew, () => {
    isAsked = true;
  });
  for (let step = 0; step < STEPS_PER_RUN; step += 1) {
    isAsked = false;
    const { looked, counted, isFinished } = await backfillMeter({ meterId });
    progress = { looked, counted };
    // Whoever has asked since may have found it finished already, and begun it again.
    if (isFinished && !isAsked) return;
  }
  await continueAsNew<typeof meterBackfill>({ meterId });
}
