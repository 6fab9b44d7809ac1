/** Reminds of the cards that are about to expire, once a day. */
import { continueAsNew, proxyActivities, sleep } from '@temporalio/workflow';
import type { emailActivities } from '../activities/email/index.ts';

const { remindOfExpiringCards } = proxyActivities<ReturnType<typeof emailActivities>>({
  startToCloseTimeout: '6 h',
  heartbeatTimeout: '5 min',
  retry: { initialInterval: '1 min', backoffCoefficient: 2, maximumInterval: '1 h' },
});

const DAYS_PER_RUN = 30;

export async function cardExpiry(): Promise<void> {
  for (let day = 0; day < DAYS_PER_RUN; day += 1) {
    await remindOfExpiringCards({ at: Date.now() });
    await sleep('1 day', { summary: 'until the next day' });
  }
  await continueAsNew<typeof cardExpiry>();
}
