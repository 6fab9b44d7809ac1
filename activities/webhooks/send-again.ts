/** Further attempts at one event: its retries, and what somebody asks to be sent again. */
import type { WebhookEventId } from '../../billing/ids.ts';
import { WebhookEvent, type WebhookEventState } from '../../db/entities/webhook.ts';
import { activityClock, type Delivering } from './dependencies.ts';
import { record } from './record.ts';

export interface SendAgain {
  readonly eventId: WebhookEventId;
  readonly reason: 'retry' | 'redelivery';
}

/** `over`: nothing is left to try, because it is not wanted any more or was a try by hand alone. */
export type SentAgain = 'succeeded' | 'failed' | 'over';

export async function sendAgain({ orm, post }: Delivering, { eventId, reason }: SendAgain): Promise<SentAgain> {
  const clock = activityClock();
  const em = orm.em.fork();
  const event = await em.findOne(WebhookEvent, eventId, { populate: ['endpoint'], disableIdentityMap: true });
  if (event === null || typeof event.payload !== 'string') return 'over';
  const { endpoint, payload, sequence } = event;
  if (reason === 'retry') {
    // A replay has put it back in line, or it has succeeded by hand.
    if (event.state !== 'retrying') return 'over';
    if (!endpoint.enabled || endpoint.deletedAt) {
      await em.nativeUpdate(
        WebhookEvent,
        { id: eventId, state: 'retrying' },
        { state: 'skipped', modifiedAt: clock() },
      );
      return 'over';
    }
  } else if (endpoint.deletedAt) return 'over';
  const attempt = await post(endpoint, { id: eventId, payload, sequence: sequence ?? 0 });
  const failing = reason === 'redelivery' && endpoint.enabled ? afterRedelivery(event.state) : undefined;
  const isRetrying = await em.transactional((tx) =>
    record(tx, { eventId, endpointId: endpoint.id, attempt, failing, at: clock() }),
  );
  if (attempt.succeeded) return 'succeeded';
  return reason === 'retry' || isRetrying ? 'failed' : 'over';
}

/** A try by hand that fails begins a round of retries, unless the event has arrived before or is still in line. */
function afterRedelivery(state: WebhookEventState) {
  switch (state) {
    case 'retrying':
    case 'failed':
    case 'skipped':
      return { from: state, to: 'retrying' } as const;
    case 'pending':
    case 'succeeded':
      return undefined;
  }
}
