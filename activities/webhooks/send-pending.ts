/** First attempts: an endpoint's events, one at a time, in the order of their numbers. */
import { LockMode } from '@mikro-orm/core';
import { Context } from '@temporalio/activity';
import type { WebhookEndpointId } from '../../billing/ids.ts';
import { WebhookEndpoint, WebhookEvent } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { activityClock, type Delivering } from './dependencies.ts';
import { numberEvents } from './number.ts';
import { record } from './record.ts';

/** No event is begun after this time, so that a worker that is told to stop can. */
const LONGEST = 10_000;

/**
 * Sends what is pending, for a while; `more` says that something may be left. An event whose first attempt fails goes to
 * a process of its own and doesn't hold up the next. What was sent but not written down, since the worker died, is sent
 * again.
 */
export async function sendPending(
  { orm, post }: Delivering,
  { endpointId }: { readonly endpointId: WebhookEndpointId },
): Promise<{ more: boolean }> {
  const clock = activityClock();
  const until = clock().getTime() + LONGEST;
  const { cancellationSignal } = Context.current();
  const em = orm.em.fork();
  for (;;) {
    Context.current().heartbeat();
    if (cancellationSignal.aborted || clock().getTime() > until) return { more: true };
    const next = await nextPending(em, endpointId);
    if (next === null) {
      if ((await numberEvents(em, endpointId)) === 0) return { more: false };
      continue;
    }
    const { id, payload, endpoint } = next;
    if (typeof payload !== 'string') {
      await em.nativeUpdate(WebhookEvent, { id, state: 'pending' }, { state: 'skipped', modifiedAt: clock() });
      continue;
    }
    if (!endpoint.enabled || endpoint.deletedAt) {
      await skipPending(em, endpointId, clock());
      continue;
    }
    const attempt = await post(endpoint, { id, payload, sequence: next.sequence ?? 0 });
    await em.fork().transactional(async (tx) => {
      const failing = { from: 'pending', to: 'retrying' } as const;
      const mustRetry = await record(tx, { eventId: id, endpointId, attempt, failing, at: clock() });
      if (mustRetry) await wake(tx, 'webhook_retry', id);
    });
  }
}

/** Read afresh for each event: the endpoint may have changed, and a replay may have put an earlier event in front. */
function nextPending(em: EntityManager, endpointId: WebhookEndpointId) {
  return em.findOne(
    WebhookEvent,
    { endpoint: endpointId, state: 'pending', sequence: { $ne: null } },
    {
      fields: [
        'id',
        'sequence',
        'payload',
        'endpoint.url',
        'endpoint.secret',
        'endpoint.format',
        'endpoint.enabled',
        'endpoint.deletedAt',
      ],
      populate: ['endpoint'],
      orderBy: { sequence: 'asc' },
      disableIdentityMap: true,
    },
  );
}

/** Unless the endpoint has been turned on meanwhile: what a replay has put back in line is to be sent. */
async function skipPending(em: EntityManager, endpointId: WebhookEndpointId, at: Date): Promise<void> {
  await em.transactional(async (tx) => {
    const endpoint = await tx.findOneOrFail(WebhookEndpoint, endpointId, {
      lockMode: LockMode.PESSIMISTIC_READ,
      refresh: true,
    });
    if (endpoint.enabled && !endpoint.deletedAt) return;
    await tx.nativeUpdate(
      WebhookEvent,
      { endpoint: endpointId, state: 'pending', sequence: { $ne: null } },
      { state: 'skipped', modifiedAt: at },
    );
  });
}
