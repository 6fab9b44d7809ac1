/** Forgets, once a day, what is kept of webhooks no longer. */
import { continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';
import type { webhookActivities } from '../activities/webhooks/index.ts';

const { forgetOldWebhooks } = proxyActivities<ReturnType<typeof webhookActivities>>({
  startToCloseTimeout: '6 h',
  heartbeatTimeout: '5 min',
  retry: { initialInterval: '1 min', backoffCoefficient: 2, maximumInterval: '1 h' },
});

const DAYS_PER_RUN = 30;

export async function webhookRetention(): Promise<void> {
  for (let day = 0; day < DAYS_PER_RUN; day += 1) {
    await forgetOldWebhooks();
    await sleep('1 day', { summary: 'until the next day' });
  }
  await continueAsNew<typeof webhookRetention>();
}
