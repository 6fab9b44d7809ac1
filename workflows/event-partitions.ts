/** Sees to it, once a day, that the events of the coming months have a place. */
import { continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';
import type { usageActivities } from '../activities/usage/index.ts';

const { keepPartitions } = proxyActivities<ReturnType<typeof usageActivities>>({
  startToCloseTimeout: '1 h',
  retry: { initialInterval: '1 min', backoffCoefficient: 2, maximumInterval: '1 h' },
});

const DAYS_PER_RUN = 30;

export async function eventPartitions(): Promise<void> {
  for (let day = 0; day < DAYS_PER_RUN; day += 1) {
    await keepPartitions({ at: Date.now() });
    await sleep('1 day', { summary: 'until the next day' });
  }
  await continueAsNew<typeof eventPartitions>();
}
