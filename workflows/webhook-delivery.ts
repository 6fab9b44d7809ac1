/** Sends one event again: up to ten times after its first attempt has failed, or when somebody asks for it. */
import { condition, proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { webhookActivities } from '../activities/webhooks/index.ts';
import { redeliver, retryDelivery, type WebhookDeliveryStart } from './webhook-delivery.messages.ts';

type Activities = ReturnType<typeof webhookActivities>;

/** An attempt that fails is an answer; what is retried here is our own trouble, which costs no attempt. */
const { sendAgain, giveUp } = proxyActivities<Activities>({
  startToCloseTimeout: '30 s',
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '30 s' },
});
const { retryPauses } = proxyLocalActivities<Activities>({ startToCloseTimeout: '5 s' });

export async function webhookDelivery({ eventId }: WebhookDeliveryStart): Promise<void> {
  let asked: 'retry' | 'redelivery' | null = null;
  setHandler(retryDelivery, () => {
    asked ??= 'retry';
  });
  setHandler(redeliver, () => {
    asked = 'redelivery';
  });

  /** The next retry, from 0; null: there is none. */
  let retry: number | null = null;
  const pauses = await retryPauses();
  for (;;) {
    const wish = take();
    if (wish === 'retry') retry = 0;
    else if (wish === 'redelivery') {
      const sent = await sendAgain({ eventId, reason: 'redelivery' });
      retry = sent === 'failed' ? 0 : null;
    } else if (retry === null) return;
    else if (!(await condition(() => asked !== null, pauses[retry] ?? 0, { summary: `until retry ${retry + 1}` }))) {
      const sent = await sendAgain({ eventId, reason: 'retry' });
      retry = sent === 'failed' ? retry + 1 : null;
      if (retry !== null && retry >= pauses.length) {
        await giveUp({ eventId });
        retry = null;
      }
    }
  }

  function take(): typeof asked {
    const wish = asked;
    asked = null;
    return wish;
  }
}
