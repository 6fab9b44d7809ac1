/** The end of an event that could not be delivered, and of an endpoint that takes none. */
import { LockMode } from '@mikro-orm/core';
import type { WebhookEventId } from '../../billing/ids.ts';
import { WebhookEndpoint, WebhookEvent } from '../../db/entities/webhook.ts';
import { activityClock, type Delivering } from './dependencies.ts';
import { tellOwners } from './tell-owners.ts';

/** Events given up one after the other that disable an endpoint. */
const MOST_FAILURES = 10;

/** Does nothing where somebody has put the event back in line meanwhile. */
export async function giveUp(
  { orm, environment }: Delivering,
  { eventId }: { readonly eventId: WebhookEventId },
): Promise<void> {
  const at = activityClock()();
  await orm.em.fork().transactional(async (em) => {
    const { endpoint: of } = await em.findOneOrFail(WebhookEvent, eventId, { fields: ['endpoint'] });
    // Before the event, as a replay does, so that neither waits for the other.
    const endpoint = await em.findOneOrFail(WebhookEndpoint, of.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    const givenUp = await em.nativeUpdate(
      WebhookEvent,
      { id: eventId, state: 'retrying' },
      { state: 'failed', modifiedAt: at },
    );
    if (givenUp === 0) return;
    endpoint.failuresInARow += 1;
    if (!endpoint.enabled || endpoint.deletedAt || endpoint.failuresInARow < MOST_FAILURES) return;
    endpoint.enabled = false;
    endpoint.modifiedAt = at;
    await tellOwners(em, endpoint, at, environment.PUBLIC_URL);
  });
}
