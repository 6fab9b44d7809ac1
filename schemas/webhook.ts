/** Where organizations are told of what happens, and how that went. */
import { z } from 'zod';
import { Id, InstantInput, identified, line, optionalLine, organizationIdInput, UrlInput } from './primitives.ts';
import { oneOrMany, queryBoolean } from './query.ts';

export const WEBHOOK_EVENT_TYPES = [
  'checkout.created',
  'checkout.updated',
  'checkout.expired',
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.state_changed',
  'customer_seat.assigned',
  'customer_seat.claimed',
  'customer_seat.revoked',
  'member.created',
  'member.updated',
  'member.deleted',
  'order.created',
  'order.updated',
  'order.paid',
  'order.refunded',
  'subscription.created',
  'subscription.updated',
  'subscription.active',
  'subscription.canceled',
  'subscription.uncanceled',
  'subscription.cycled',
  'subscription.revoked',
  'subscription.past_due',
  'subscription.paused',
  'subscription.resumed',
  'refund.created',
  'refund.updated',
  'product.created',
  'product.updated',
  'discount.created',
  'discount.updated',
  'discount.deleted',
  'benefit.created',
  'benefit.updated',
  'benefit_grant.created',
  'benefit_grant.cycled',
  'benefit_grant.updated',
  'benefit_grant.revoked',
  'organization.updated',
] as const;

export const WebhookEventType = z.enum(WEBHOOK_EVENT_TYPES).meta({ id: 'WebhookEventType' });
export type WebhookEventType = z.infer<typeof WebhookEventType>;

export const WebhookFormat = z.enum(['raw', 'discord', 'slack']).meta({ id: 'WebhookFormat' });
export type WebhookFormat = z.infer<typeof WebhookFormat>;

export const WebhookEndpoint = z
  .object({
    ...identified,
    url: z.string(),
    name: z.string().nullable().optional(),
    format: WebhookFormat,
    secret: z.string().describe('Signs what is sent.'),
    organization_id: Id,
    events: z.array(WebhookEventType),
    enabled: z.boolean().describe('Off after ten deliveries in a row were given up.'),
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

const events = z.array(WebhookEventType).max(WEBHOOK_EVENT_TYPES.length);

export const WebhookEndpointCreate = z
  .object({
    url: UrlInput,
    name: optionalLine(256),
    format: WebhookFormat,
    events,
    organization_id: organizationIdInput,
  })
  .meta({ id: 'WebhookEndpointCreate' });
export type WebhookEndpointCreate = z.infer<typeof WebhookEndpointCreate>;

export const WebhookEndpointUpdate = z
  .object({
    url: UrlInput.nullable().optional(),
    name: optionalLine(256),
    format: WebhookFormat.nullable().optional(),
    events: events.nullable().optional(),
    enabled: z.boolean().nullable().optional(),
  })
  .meta({ id: 'WebhookEndpointUpdate' });
export type WebhookEndpointUpdate = z.infer<typeof WebhookEndpointUpdate>;

export const WebhookEvent = z
  .object({
    ...identified,
    type: WebhookEventType,
    payload: z.string().nullable().describe('The exact text that is signed and sent; null once archived.'),
    last_http_code: z.int().nullable().optional(),
    succeeded: z.boolean().nullable().optional().describe('Null while it is still tried.'),
    skipped: z.boolean().describe('Not sent, since the endpoint was off.'),
    is_archived: z.boolean(),
  })
  .meta({ id: 'WebhookEvent' });
export type WebhookEvent = z.infer<typeof WebhookEvent>;

export const WebhookDelivery = z
  .object({
    ...identified,
    succeeded: z.boolean(),
    http_code: z.int().nullable(),
    response: z.string().nullable(),
    webhook_event: WebhookEvent,
  })
  .meta({ id: 'WebhookDelivery', description: 'One attempt to send an event.' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

/** Ours: sends again what an endpoint missed. */
export const WebhookReplay = z.object({ since: InstantInput }).meta({ id: 'WebhookReplay' });
export type WebhookReplay = z.infer<typeof WebhookReplay>;

export const WebhookReplayed = z
  .object({ count: z.int().describe('How many events will be sent, in order.') })
  .meta({ id: 'WebhookReplayed' });
export type WebhookReplayed = z.infer<typeof WebhookReplayed>;

export const WebhookDeliveryFilters = z.object({
  endpoint_id: oneOrMany(Id),
  start_timestamp: InstantInput.optional(),
  end_timestamp: InstantInput.optional(),
  succeeded: queryBoolean.optional(),
  query: line(256).optional().describe('Keeps deliveries of events whose id or payload holds this text.'),
  http_code_class: z.enum(['2xx', '3xx', '4xx', '5xx']).optional(),
  event_type: oneOrMany(WebhookEventType),
});
