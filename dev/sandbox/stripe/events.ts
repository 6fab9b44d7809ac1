/** What happened, kept as it was then, and handed to every endpoint that asked for it. */
import Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn } from './call.ts';
import { missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { list, paging, range, read, text } from './params.ts';
import type { Stored } from './store.ts';

/** `before` is the object before the change, where the event is an update: its differing fields are told. */
export function emit(call: Call, type: string, object: Stored, before?: Stored): void {
  const { store, webhooks } = call.sandbox;
  const data = before ? { object, previous_attributes: differing(before, object) } : { object };
  const event = store.put('event', {
    id: newId('evt'),
    object: 'event',
    api_version: Stripe.API_VERSION,
    created: now(),
    data,
    livemode: false,
    pending_webhooks: 0,
    request: { id: call.requestId, idempotency_key: call.idempotencyKey },
    type,
  });
  webhooks.enqueue(event.id, type);
}

function differing(before: Stored, after: Stored): Record<string, unknown> {
  const present = new Map<string, unknown>(Object.entries(after));
  const changed = Object.entries(before).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(present.get(key)),
  );
  return Object.fromEntries(changed);
}

const Filters = z.strictObject({
  ...paging,
  created: range.optional(),
  type: text.optional(),
  types: list.optional(),
});

export const eventRoutes: Route[] = [
  {
    method: 'get',
    path: '/v1/events/:id',
    handle(call) {
      const event = call.sandbox.store.find('event', idIn(call));
      if (!event) throw missing('event', idIn(call));
      return { ...event, pending_webhooks: call.sandbox.webhooks.pendingOf(event.id) };
    },
  },
  {
    method: 'get',
    path: '/v1/events',
    handle(call) {
      const { created, type, types, ...page } = read(Filters, call.form);
      const wanted = types ?? (type ? [type] : undefined);
      const listed = call.sandbox.store.list('event', { created, types: wanted }, page, '/v1/events');
      const data = listed.data.map((event) => ({
        ...event,
        pending_webhooks: call.sandbox.webhooks.pendingOf(event.id),
      }));
      return { ...listed, data };
    },
  },
];
