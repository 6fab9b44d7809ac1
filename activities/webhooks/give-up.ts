/** The end of an event that could not be delivered, and of an endpoint that takes none. */

import { LockMode } from '@mikro-orm/core';
import { log } from '@temporalio/activity';
import type { WebhookEventId } from '../../billing/ids.ts';
import { WebhookEndpoint, WebhookEvent } from '../../db/entities/webhook.ts';
import { activityClock, type Delivering } from './dependencies.ts';

/** Events given up one after the other that disable an endpoint. */
const MOST_FAILURES = 10;

export async function giveUp({ orm }: Delivering, { eventId }: { readonly eventId: WebhookEventId }): Promise<void> {
  const clock = activityClock();
  await orm.em.fork().transactional(async (em) => {
    const event = await em.findOne(WebhookEvent, { id: eventId, state: 'retrying' }, { fields: ['id', 'endpoint'] });
    if (event === null) return;
    await em.nativeUpdate(WebhookEvent, { id: eventId }, { state: 'failed', modifiedAt: clock() });
    const endpoint = await em.findOneOrFail(WebhookEndpoint, event.endpoint.id, {
      lockMode: LockMode.PESSIMISTIC_WRITE,
    });
    endpoint.failuresInARow += 1;
    const { id, failuresInARow, organization } = endpoint;
    if (!endpoint.enabled || failuresInARow < MOST_FAILURES) return;
    endpoint.enabled = false;
    endpoint.modifiedAt = clock();
    log.error('a webhook endpoint takes no events and was disabled', {
      endpointId: id,
      organizationId: organization.id,
      failuresInARow,
    });
  });
}
