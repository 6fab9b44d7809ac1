/** Webhook endpoints: who is told of which events. */
import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn } from './call.ts';
import { missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { clearable, flag, mergeMetadata, metadata, paging, read, text } from './params.ts';

const Create = z.strictObject({
  api_version: text.optional(),
  connect: flag.optional(),
  description: clearable.optional(),
  enabled_events: z.array(text).min(1),
  metadata: metadata.optional(),
  url: z.url(),
});
const Update = z.strictObject({
  description: clearable.optional(),
  disabled: flag.optional(),
  enabled_events: z.array(text).min(1).optional(),
  metadata: metadata.optional(),
  url: z.url().optional(),
});

function endpointInPath(call: Call): Stripe.WebhookEndpoint {
  const endpoint = call.sandbox.store.find('webhook_endpoint', idIn(call));
  if (!endpoint) throw missing('webhook endpoint', idIn(call));
  return endpoint;
}

/** The secret is shown once, when the endpoint is made. */
function withoutSecret({ secret: _, ...endpoint }: Stripe.WebhookEndpoint): Stripe.WebhookEndpoint {
  return endpoint;
}

export const webhookEndpointRoutes: Route[] = [
  {
    method: 'post',
    path: '/v1/webhook_endpoints',
    handle(call) {
      const given = read(Create, call.form);
      return call.sandbox.store.put('webhook_endpoint', {
        id: newId('we'),
        object: 'webhook_endpoint',
        api_version: given.api_version ?? null,
        application: null,
        created: now(),
        description: given.description ?? null,
        enabled_events: given.enabled_events,
        livemode: false,
        metadata: mergeMetadata(null, given.metadata),
        secret: `whsec_${randomBytes(24).toString('hex')}`,
        status: 'enabled',
        url: given.url,
      });
    },
  },
  { method: 'get', path: '/v1/webhook_endpoints/:id', handle: (call) => withoutSecret(endpointInPath(call)) },
  {
    method: 'post',
    path: '/v1/webhook_endpoints/:id',
    handle(call) {
      const { disabled, metadata: keys, ...change } = read(Update, call.form);
      const before = endpointInPath(call);
      const status = disabled === undefined ? before.status : disabled ? 'disabled' : 'enabled';
      const after = { ...before, ...change, status, metadata: mergeMetadata(before.metadata, keys) };
      return withoutSecret(
        call.sandbox.store.put('webhook_endpoint', { ...after, description: after.description ?? null }),
      );
    },
  },
  {
    method: 'delete',
    path: '/v1/webhook_endpoints/:id',
    handle(call) {
      const { id } = endpointInPath(call);
      call.sandbox.store.remove(id);
      return { id, object: 'webhook_endpoint', deleted: true };
    },
  },
  {
    method: 'get',
    path: '/v1/webhook_endpoints',
    handle(call) {
      const page = read(z.strictObject(paging), call.form);
      const listed = call.sandbox.store.list('webhook_endpoint', {}, page, '/v1/webhook_endpoints');
      return { ...listed, data: listed.data.map(withoutSecret) };
    },
  },
];
