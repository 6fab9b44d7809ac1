/** Tells a merchant how far a customer's credits, or those of all customers on a meter, are used up; and ends. */
import { condition, proxyActivities, proxyLocalActivities, setHandler, sleep } from '@temporalio/workflow';
import type { usageActivities } from '../activities/usage/index.ts';
import type { CustomerId, MeterId } from '../billing/ids.ts';
import { lookAgain } from './levels.messages.ts';

const { tellLevels } = proxyLocalActivities<ReturnType<typeof usageActivities>>({
  startToCloseTimeout: '20 s',
  localRetryThreshold: '30 s',
  retry: { initialInterval: '200 ms', backoffCoefficient: 2, maximumInterval: '15 s' },
});

const { tellLevelsOf } = proxyActivities<ReturnType<typeof usageActivities>>({
  startToCloseTimeout: '1 h',
  heartbeatTimeout: '2 min',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' },
});

/** Whose usage moves with every event is looked at once a second. */
const PAUSE = '1 s';

export const customerLevels = ({ customerId }: { readonly customerId: CustomerId }): Promise<void> =>
  whileAsked(() => tellLevels({ customerId, at: Date.now() }));

export const meterLevels = ({ meterId }: { readonly meterId: MeterId }): Promise<void> =>
  whileAsked(() => tellLevelsOf({ meterId, at: Date.now() }));

/** Starting is asking too: the signal that came with it asks for the same. */
async function whileAsked(look: () => Promise<void>): Promise<void> {
  let isAsked = true;
  setHandler(lookAgain, () => {
    isAsked = true;
  });
  await condition(() => isAsked);
  while (isAsked) {
    isAsked = false;
    await look();
    if (isAsked) await sleep(PAUSE);
  }
}
