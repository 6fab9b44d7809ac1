/** How sending went, and sending once more. */

import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { OrganizationId, WebhookEndpointId, WebhookEventId } from '../../billing/ids.ts';
import { WebhookDelivery, type WebhookDeliveryRow, WebhookEvent } from '../../db/entities/webhook.ts';
import { wake } from '../../db/outbox.ts';
import { WEBHOOK_DELIVERY_POPULATE, webhookDeliveryView } from '../../db/views/webhook.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { WebhookDeliveryFilters, WebhookDelivery as WebhookDeliverySchema } from '../../schemas/webhook.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Webhooks';

export const listWebhookDeliveries = route({
  method: 'get',
  path: '/v1/webhooks/deliveries',
  summary: 'List webhook deliveries',
  description: 'Each attempt to send an event, the latest first. They are kept 90 days.',
  tag,
  scopes: ['webhooks:read', 'webhooks:write'],
  query: Pagination.extend(WebhookDeliveryFilters.shape),
  response: paginated(WebhookDeliverySchema),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(WebhookDelivery, matching(organization, query), {
      populate: WEBHOOK_DELIVERY_POPULATE,
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: { createdAt: 'desc', id: 'asc' },
    });
    return page(rows.map(webhookDeliveryView), total, query);
  },
});

export const redeliverWebhookEvent = route({
  method: 'post',
  path: '/v1/webhooks/events/{id}/redeliver',
  summary: 'Send a webhook event again',
  description: 'At once, whatever became of it before. If it fails, it is retried like any other that has not arrived.',
  tag,
  scopes: ['webhooks:write'],
  params: z.object({ id: z.uuid() }),
  response: z.null(),
  status: 202,
  errors: [404],
  async handle({ params, organization, em }) {
    const id = params.id as WebhookEventId;
    const event = await em.findOne(
      WebhookEvent,
      { id, payload: { $ne: null }, endpoint: { organization, deletedAt: null } },
      { fields: ['id'] },
    );
    if (event === null) throw notFound();
    await wake(em, 'webhook_redelivery', event.id);
    return null;
  },
});

export const webhookDeliveryRoutes = [listWebhookDeliveries, redeliverWebhookEvent];

type Filters = z.output<typeof WebhookDeliveryFilters>;

function matching(organization: OrganizationId, filters: Filters): FilterQuery<WebhookDeliveryRow> {
  const { endpoint_id, start_timestamp, end_timestamp, succeeded, query, http_code_class, event_type } = filters;
  const codes = http_code_class === undefined ? undefined : Number(http_code_class[0]) * 100;
  return {
    event: {
      endpoint: {
        organization,
        deletedAt: null,
        ...(endpoint_id && { id: { $in: endpoint_id as WebhookEndpointId[] } }),
      },
      ...(event_type && { type: { $in: event_type } }),
      ...(query !== undefined && { $or: [{ payload: { $ilike: containing(query) } }, ...eventWithId(query)] }),
    },
    ...(succeeded !== undefined && { succeeded }),
    ...(codes !== undefined && { httpCode: { $gte: codes, $lt: codes + 100 } }),
    ...((start_timestamp || end_timestamp) && {
      createdAt: {
        ...(start_timestamp && { $gte: start_timestamp }),
        ...(end_timestamp && { $lte: end_timestamp }),
      },
    }),
  };
}

const containing = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

const eventWithId = (text: string) => (z.uuid().safeParse(text).success ? [{ id: text as WebhookEventId }] : []);
