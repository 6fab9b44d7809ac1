/** Puts back in line what an endpoint missed. */
import { LockMode } from '@mikro-orm/core';
import type { WebhookEndpointId } from '../../billing/ids.ts';
import { WebhookEndpoint, WebhookEvent } from '../../db/entities/webhook.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { conflict } from '../errors.ts';

/**
 * Everything not delivered that happened since then, or was written since then (a customer on a test clock has dates of
 * its own), goes out again under its old numbers, which also give the order. Answers with how many those are.
 */
export function replay(em: EntityManager, id: WebhookEndpointId, since: Date): Promise<number> {
  return em.transactional(async (tx) => {
    const { enabled } = await tx.findOneOrFail(WebhookEndpoint, id, {
      lockMode: LockMode.PESSIMISTIC_READ,
      refresh: true,
    });
    if (!enabled) throw conflict('The endpoint is off, so nothing can be sent; enable it first.');
    const count = await tx.nativeUpdate(
      WebhookEvent,
      {
        endpoint: id,
        state: { $in: ['skipped', 'failed', 'retrying'] },
        payload: { $ne: null },
        $or: [{ createdAt: { $gte: since } }, { writtenAt: { $gte: since } }],
      },
      { state: 'pending' },
    );
    if (count > 0) await wake(tx, 'webhooks', id);
    return count;
  });
}
