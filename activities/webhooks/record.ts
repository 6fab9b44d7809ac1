/** Writes down what came of an attempt. */
import { randomUUID } from 'node:crypto';
import type { WebhookEndpointId, WebhookEventId } from '../../billing/ids.ts';
import { WebhookDelivery, WebhookEndpoint, WebhookEvent, type WebhookEventState } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Attempt } from './post.ts';

export interface Attempted {
  readonly eventId: WebhookEventId;
  readonly endpointId: WebhookEndpointId;
  readonly attempt: Attempt;
  /** What a failure makes of the event, and only of one that is still in that state; undefined: nothing. */
  readonly failing?: { readonly from: WebhookEventState; readonly to: WebhookEventState } | undefined;
  readonly at: Date;
}

/**
 * Within the caller's transaction; answers whether the failure has changed the event. What has arrived once stays
 * delivered, and any success ends the endpoint's row of failures.
 */
export async function record(em: EntityManager, attempted: Attempted): Promise<boolean> {
  const { eventId, endpointId, attempt, failing, at } = attempted;
  const { succeeded, httpCode, response } = attempt;
  await em.insert(WebhookDelivery, { id: randomUUID(), createdAt: at, event: eventId, succeeded, httpCode, response });
  const outcome = { lastHttpCode: httpCode, modifiedAt: at };
  if (succeeded) {
    // The endpoint first, as a replay does, so that neither waits for the other.
    await em.nativeUpdate(WebhookEndpoint, { id: endpointId, failuresInARow: { $gt: 0 } }, { failuresInARow: 0 });
    await em.nativeUpdate(WebhookEvent, { id: eventId }, { ...outcome, state: 'succeeded' });
    return false;
  }
  await em.nativeUpdate(WebhookEvent, { id: eventId }, outcome);
  if (failing === undefined) return false;
  const changed = await em.nativeUpdate(WebhookEvent, { id: eventId, state: failing.from }, { state: failing.to });
  return changed > 0;
}
