/**
 * Sends one endpoint its events, one at a time and in order, while there are any. What fails goes on in a process of its
 * own, so that the next event is not held up. It carries no payloads: those stay in the database.
 */
import { condition, continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { webhookActivities } from '../activities/webhooks/index.ts';
import { type WebhookEndpointStart, wakeEndpoint } from './webhook-endpoint.messages.ts';

const { sendPending } = proxyActivities<ReturnType<typeof webhookActivities>>({
  startToCloseTimeout: '60 s',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '15 s' },
});

/** Events often come in flocks; waiting a little is cheaper than starting again. */
const LINGER = '10 s';

export async function webhookEndpoint(start: WebhookEndpointStart): Promise<void> {
  let woken = true;
  setHandler(wakeEndpoint, () => {
    woken = true;
  });

  // Looked at again after the wait: a signal and the end of the wait may come together.
  while (woken || (await condition(() => woken, LINGER, { summary: 'until the next event' })) || woken) {
    woken = false;
    const { more } = await sendPending(start);
    woken ||= more;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof webhookEndpoint>(start);
  }
}
