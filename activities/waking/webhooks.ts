/** Wakes the processes that send webhooks: an endpoint's, and that of a single event sent again. */
import type { WebhookEndpointId, WebhookEventId } from '../../billing/ids.ts';
import { webhookDeliveryWorkflowId, webhookEndpointWorkflowId } from '../../billing/workflow-ids.ts';
import { WebhookEndpoint, WebhookEvent } from '../../db/entities/webhook.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { redeliver, retryDelivery } from '../../workflows/webhook-delivery.messages.ts';
import type { webhookDelivery } from '../../workflows/webhook-delivery.ts';
import { wakeEndpoint } from '../../workflows/webhook-endpoint.messages.ts';
import type { webhookEndpoint } from '../../workflows/webhook-endpoint.ts';
import type { Waker } from './wake.ts';

export const wakeEndpoints: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    WebhookEndpoint,
    { id: { $in: subjectIds as WebhookEndpointId[] } },
    { fields: ['id', 'organization'], disableIdentityMap: true },
  );
  return found.map(({ id, organization }) => ({
    subjectId: id,
    call: () =>
      temporal.workflow.signalWithStart<typeof webhookEndpoint>('webhookEndpoint', {
        workflowId: webhookEndpointWorkflowId(id),
        taskQueue: DELIVERY_QUEUE,
        args: [{ endpointId: id }],
        signal: wakeEndpoint,
        typedSearchAttributes: foundBy(organization.id, null),
        staticSummary: `Events for webhook endpoint ${id}`,
      }),
  }));
};

const wakeDeliveries =
  (signal: typeof redeliver | typeof retryDelivery): Waker =>
  async (em, temporal, subjectIds) => {
    const found = await em.find(
      WebhookEvent,
      { id: { $in: subjectIds as WebhookEventId[] } },
      {
        fields: ['id', 'type', 'endpoint.id', 'endpoint.organization'],
        populate: ['endpoint'],
        disableIdentityMap: true,
      },
    );
    return found.map(({ id, type, endpoint }) => ({
      subjectId: id,
      call: () =>
        temporal.workflow.signalWithStart<typeof webhookDelivery>('webhookDelivery', {
          workflowId: webhookDeliveryWorkflowId(id),
          taskQueue: DELIVERY_QUEUE,
          args: [{ eventId: id }],
          signal,
          typedSearchAttributes: foundBy(endpoint.organization.id, null),
          staticSummary: `${type} for webhook endpoint ${endpoint.id}`,
        }),
    }));
  };

export const wakeRetries = wakeDeliveries(retryDelivery);
export const wakeRedeliveries = wakeDeliveries(redeliver);
