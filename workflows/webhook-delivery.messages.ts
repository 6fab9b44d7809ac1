/** What may be said to the process that sends one event again. */
import { defineSignal } from '@temporalio/workflow';
import type { WebhookEventId } from '../billing/ids.ts';

/** The event's turn has failed: try it from the first retry on. */
export const retryDelivery = defineSignal('retry');
/** Somebody wants it sent now. */
export const redeliver = defineSignal('redeliver');

export interface WebhookDeliveryStart {
  readonly eventId: WebhookEventId;
}
