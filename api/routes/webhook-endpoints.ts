/** Where an organization is told of what happens. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { WebhookEndpointId } from '../../billing/ids.ts';
import { WebhookEndpoint } from '../../db/entities/webhook.ts';
import { webhookEndpointView } from '../../db/views/webhook.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import {
  WebhookEndpointCreate,
  WebhookEndpoint as WebhookEndpointSchema,
  WebhookEndpointUpdate,
  WebhookReplay,
  WebhookReplayed,
} from '../../schemas/webhook.ts';
import { refuseForeign, within } from '../organizations/named.ts';
import { nothing } from '../replies.ts';
import { route } from '../route.ts';
import { ownedEndpoint, refuseUnsafeUrl } from '../webhooks/endpoints.ts';
import { replay } from '../webhooks/replay.ts';

const tag = 'Webhooks';
const params = z.object({ id: z.uuid() });
const reading = ['webhooks:read', 'webhooks:write'] as const;

const newSecret = () => `polar_whs_${randomBytes(32).toString('base64url')}`;

export const listWebhookEndpoints = route({
  method: 'get',
  path: '/v1/webhooks/endpoints',
  summary: 'List webhook endpoints',
  tag,
  scopes: reading,
  query: Pagination.extend({ organization_id: oneOrMany(z.uuid()) }),
  response: paginated(WebhookEndpointSchema),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(
      WebhookEndpoint,
      { ...within(organization, query.organization_id), deletedAt: null },
      { limit: query.limit, offset: (query.page - 1) * query.limit, orderBy: { createdAt: 'desc', id: 'asc' } },
    );
    return page(rows.map(webhookEndpointView), total, query);
  },
});

export const createWebhookEndpoint = route({
  method: 'post',
  path: '/v1/webhooks/endpoints',
  summary: 'Create a webhook endpoint',
  description: 'From now on it is sent the events that it names, in their order, signed with its secret.',
  tag,
  scopes: ['webhooks:write'],
  body: WebhookEndpointCreate,
  response: WebhookEndpointSchema,
  status: 201,
  async handle({ body, organization, em, environment }) {
    refuseForeign(body.organization_id, organization);
    refuseUnsafeUrl(body.url, environment);
    const row = em.create(WebhookEndpoint, {
      id: randomUUID() as WebhookEndpointId,
      createdAt: new Date(),
      organization,
      url: body.url,
      name: body.name ?? null,
      format: body.format,
      events: [...new Set(body.events)],
      secret: newSecret(),
    });
    await em.flush();
    return webhookEndpointView(row);
  },
});

export const getWebhookEndpoint = route({
  method: 'get',
  path: '/v1/webhooks/endpoints/{id}',
  summary: 'Get a webhook endpoint',
  tag,
  scopes: reading,
  params,
  response: WebhookEndpointSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return webhookEndpointView(await ownedEndpoint(em, organization, params.id));
  },
});

export const updateWebhookEndpoint = route({
  method: 'patch',
  path: '/v1/webhooks/endpoints/{id}',
  summary: 'Change a webhook endpoint',
  description:
    'An endpoint that is off is sent nothing. What it misses is kept: after turning it on again, ask for it by `replay`.',
  tag,
  scopes: ['webhooks:write'],
  params,
  body: WebhookEndpointUpdate,
  response: WebhookEndpointSchema,
  errors: [404],
  async handle({ params, body, organization, em, environment }) {
    const row = await ownedEndpoint(em, organization, params.id);
    if (body.url) {
      refuseUnsafeUrl(body.url, environment);
      row.url = body.url;
    }
    if (body.name !== undefined) row.name = body.name;
    if (body.format) row.format = body.format;
    if (body.events) row.events = [...new Set(body.events)];
    if (body.enabled === true && !row.enabled) row.failuresInARow = 0;
    row.enabled = body.enabled ?? row.enabled;
    row.modifiedAt = new Date();
    await em.flush();
    return webhookEndpointView(row);
  },
});

export const deleteWebhookEndpoint = route({
  method: 'delete',
  path: '/v1/webhooks/endpoints/{id}',
  summary: 'Delete a webhook endpoint',
  tag,
  scopes: ['webhooks:write'],
  params,
  response: nothing,
  status: 204,
  errors: [404],
  async handle({ params, organization, em }) {
    const row = await ownedEndpoint(em, organization, params.id);
    row.deletedAt = new Date();
    await em.flush();
  },
});

export const resetWebhookEndpointSecret = route({
  method: 'patch',
  path: '/v1/webhooks/endpoints/{id}/secret',
  summary: 'Give a webhook endpoint a new secret',
  description: 'The old secret signs nothing from now on.',
  tag,
  scopes: ['webhooks:write'],
  params,
  response: WebhookEndpointSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    const row = await ownedEndpoint(em, organization, params.id);
    row.secret = newSecret();
    row.modifiedAt = new Date();
    await em.flush();
    return webhookEndpointView(row);
  },
});

export const replayWebhookEndpoint = route({
  method: 'post',
  path: '/v1/webhooks/endpoints/{id}/replay',
  summary: 'Send again what a webhook endpoint missed',
  description:
    'Sends, in order, each event since then that has not been delivered: skipped while the endpoint was off, given up, ' +
    'or still being retried.',
  tag,
  scopes: ['webhooks:write'],
  params,
  body: WebhookReplay,
  response: WebhookReplayed,
  errors: [404, 409],
  async handle({ params, body, organization, em }) {
    const { id } = await ownedEndpoint(em, organization, params.id);
    return { count: await replay(em, id, body.since) };
  },
});

export const webhookEndpointRoutes = [
  listWebhookEndpoints,
  createWebhookEndpoint,
  getWebhookEndpoint,
  updateWebhookEndpoint,
  deleteWebhookEndpoint,
  resetWebhookEndpointSecret,
  replayWebhookEndpoint,
];
