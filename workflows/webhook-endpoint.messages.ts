/** What may be said to the process that sends an endpoint its events. */
import { defineSignal } from '@temporalio/workflow';
import type { WebhookEndpointId } from '../billing/ids.ts';

/** There is something to send. */
export const wakeEndpoint = defineSignal('wake');

export interface WebhookEndpointStart {
  readonly endpointId: WebhookEndpointId;
}
