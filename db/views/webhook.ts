/** Webhook endpoints and deliveries as the API shows them. */
import type { WebhookDelivery, WebhookEndpoint } from '../../schemas/webhook.ts';
import type {
  WebhookDeliveryRow,
  WebhookEndpointRow,
  WebhookEventRow,
  WebhookEventState,
} from '../entities/webhook.ts';
import { identity } from './stamps.ts';

export function webhookEndpointView(row: WebhookEndpointRow): WebhookEndpoint {
  return {
    ...identity(row),
    url: row.url,
    name: row.name ?? null,
    format: row.format,
    secret: row.secret,
    organization_id: row.organization.id,
    events: row.events,
    enabled: row.enabled,
  };
}

export const WEBHOOK_DELIVERY_POPULATE = ['event'] as const;

export function webhookDeliveryView(row: WebhookDeliveryRow & { event: WebhookEventRow }): WebhookDelivery {
  const { event } = row;
  return {
    ...identity(row),
    succeeded: row.succeeded,
    http_code: row.httpCode ?? null,
    response: row.response ?? null,
    webhook_event: {
      ...identity(event),
      type: event.type,
      payload: event.payload ?? null,
      last_http_code: event.lastHttpCode ?? null,
      succeeded: hasSucceeded(event.state),
      skipped: event.state === 'skipped',
      is_archived: typeof event.payload !== 'string',
    },
  };
}

/** Null while nobody can say. */
function hasSucceeded(state: WebhookEventState): boolean | null {
  switch (state) {
    case 'succeeded':
      return true;
    case 'failed':
      return false;
    case 'pending':
    case 'retrying':
    case 'skipped':
      return null;
  }
}
