/** Forgets, once a day, the rows that nobody will ask for any more. */
import { continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';
import type { retentionActivities } from '../activities/retention/index.ts';

const { forgetOldRows } = proxyActivities<ReturnType<typeof retentionActivities>>({
  startToCloseTimeout: '6 h',
  heartbeatTimeout: '5 min',
  retry: { initialInterval: '1 min', backoffCoefficient: 2, maximumInterval: '1 h' },
});

const DAYS_PER_RUN = 30;

export async function retention(): Promise<void> {
  for (let day = 0; day < DAYS_PER_RUN; day += 1) {
    await forgetOldRows({ at: Date.now() });
    await sleep('1 day', { summary: 'until the next day' });
  }
  await continueAsNew<typeof retention>();
}
