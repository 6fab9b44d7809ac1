/** Writes down what came of an attempt. */
import { randomUUID } from 'node:crypto';
import type { WebhookEndpointId, WebhookEventId } from '../../billing/ids.ts';
import { WebhookDelivery, WebhookEndpoint, WebhookEvent, type WebhookEventRow } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Attempt } from './post.ts';

export interface Attempted {
  readonly eventId: WebhookEventId;
  readonly endpointId: WebhookEndpointId;
  readonly attempt: Attempt;
  /** What the event is now; undefined: what it was. */
  readonly state: WebhookEventRow['state'] | undefined;
  readonly at: Date;
}

/** Within the caller's transaction. Any success ends the endpoint's row of failures. */
export async function record(em: EntityManager, { eventId, endpointId, attempt, state, at }: Attempted): Promise<void> {
  const { succeeded, httpCode, response } = attempt;
  await em.insert(WebhookDelivery, { id: randomUUID(), createdAt: at, event: eventId, succeeded, httpCode, response });
  await em.nativeUpdate(
    WebhookEvent,
    { id: eventId },
    { lastHttpCode: httpCode, modifiedAt: at, ...(state === undefined ? {} : { state }) },
  );
  if (succeeded) {
    await em.nativeUpdate(WebhookEndpoint, { id: endpointId, failuresInARow: { $gt: 0 } }, { failuresInARow: 0 });
  }
}
