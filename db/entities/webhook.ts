import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { WebhookEndpointId, WebhookEventId } from '../../billing/ids.ts';
import type { WebhookEventType } from '../../schemas/webhook.ts';
import { instant, timestamps } from './columns.ts';
import { Organization } from './organization.ts';

/** Where an organization wants to be told of what happens, and of what. */
export const WebhookEndpoint = defineEntity({
  name: 'WebhookEndpoint',
  tableName: 'webhook_endpoints',
  properties: {
    id: p.uuid().$type<WebhookEndpointId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    url: p.text(),
    name: p.text().nullable(),
    format: p.enum(['raw', 'slack', 'discord']).default('raw'),
    secret: p.text(),
    events: p.array<WebhookEventType>(),
    enabled: p.boolean().default(true),
    /** The number of the last event numbered for this endpoint; it only grows. */
    lastSequence: p.bigint('number').default(0),
    /** Deliveries given up one after the other; ten disable the endpoint. */
    failuresInARow: p.integer().default(0),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['organization'] }],
});
export type WebhookEndpointRow = InferEntity<typeof WebhookEndpoint>;

export const WEBHOOK_EVENT_STATES = ['pending', 'retrying', 'succeeded', 'failed', 'skipped'] as const;
export type WebhookEventState = (typeof WEBHOOK_EVENT_STATES)[number];

/** One event for one endpoint, with the state that was committed together with it. */
export const WebhookEvent = defineEntity({
  name: 'WebhookEvent',
  tableName: 'webhook_events',
  properties: {
    id: p.uuid().$type<WebhookEventId>().primary(),
    /** In the order of commits for each thing; gives the order in which events are numbered. */
    position: p.bigint('number').autoincrement(),
    ...timestamps(),
    /** When the row was written, in real time also for a customer on a test clock: events are kept 90 days from it. */
    writtenAt: instant().defaultRaw('now()'),
    endpoint: () => p.manyToOne(WebhookEndpoint),
    type: p.text().$type<WebhookEventType>(),
    /** The exact text that is signed and sent; null once archived. */
    payload: p.text().nullable(),
    /** The endpoint's own number, given after the commit that wrote the event. */
    sequence: p.bigint('number').nullable(),
    /** `pending` until first sent; `retrying` after a failed first attempt; `skipped` when the endpoint was off. */
    state: p.enum(WEBHOOK_EVENT_STATES).default('pending'),
    lastHttpCode: p.integer().nullable(),
  },
  uniques: [{ properties: ['endpoint', 'sequence'] }],
});
export type WebhookEventRow = InferEntity<typeof WebhookEvent>;

/** One attempt to send an event, kept 90 days. */
export const WebhookDelivery = defineEntity({
  name: 'WebhookDelivery',
  tableName: 'webhook_deliveries',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    event: () => p.manyToOne(WebhookEvent),
    succeeded: p.boolean(),
    httpCode: p.integer().nullable(),
    response: p.text().nullable(),
  },
  indexes: [{ properties: ['event'] }],
});
export type WebhookDeliveryRow = InferEntity<typeof WebhookDelivery>;
