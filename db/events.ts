/** Tells an organization's webhook endpoints what happened, in the transaction in which it happens. */
import { randomUUID } from 'node:crypto';
import type { EventType } from '../billing/event-types.ts';
import type { OrganizationId, WebhookEndpointId, WebhookEventId } from '../billing/ids.ts';
import { WebhookEndpoint, WebhookEvent } from './entities/webhook.ts';
import type { EntityManager } from './orm.ts';
import { wake } from './outbox.ts';
import { recordSystemEvents, type SystemEvent } from './system-events.ts';

type Recorded = Omit<SystemEvent, 'at'>;

export interface Event {
  readonly organizationId: OrganizationId;
  readonly type: EventType;
  /** When it happened, on the clock of the process. */
  readonly at: Date;
  /** The thing's public shape, as the transaction leaves it; called only if somebody listens. */
  readonly data: () => unknown | Promise<unknown>;
  /** What stands of it among the customer's events, whoever listens. */
  readonly recorded?: Recorded | readonly Recorded[] | undefined;
}

/**
 * Writes one row for each endpoint that wants the event, with the exact text that will be sent. What the transaction
 * has changed must be flushed or set on its entities before, so that the text is the state that commits.
 */
export async function emit(em: EntityManager, ...events: readonly Event[]): Promise<void> {
  await recordSystemEvents(
    em,
    events.flatMap(({ recorded = [], at }) => [recorded].flat().map((each) => ({ ...each, at }))),
  );
  for (const event of events) {
    const endpoints = await listeners(em, event.organizationId, event.type);
    if (endpoints.length === 0) continue;
    const payload = JSON.stringify({ type: event.type, timestamp: event.at.toISOString(), data: await event.data() });
    await em.insertMany(
      WebhookEvent,
      endpoints.map((endpoint) => ({
        id: randomUUID() as WebhookEventId,
        endpoint: endpoint.id,
        type: event.type,
        payload,
        createdAt: event.at,
        state: 'pending' as const,
      })),
    );
    await wake(em, 'webhooks', ...endpoints.map((endpoint) => endpoint.id));
  }
}

async function listeners(em: EntityManager, organizationId: OrganizationId, type: EventType) {
  const endpoints = await endpointsOf(em, organizationId);
  return endpoints.filter((endpoint) => endpoint.events.includes(type));
}

interface Listener {
  readonly id: WebhookEndpointId;
  readonly events: string[];
}

const known = new WeakMap<EntityManager, Map<OrganizationId, Promise<Listener[]>>>();

/** Read once for each transaction, since one change often has several events. */
function endpointsOf(em: EntityManager, organizationId: OrganizationId) {
  const ofManager = known.get(em) ?? new Map();
  known.set(em, ofManager);
  const found: Promise<Listener[]> =
    ofManager.get(organizationId) ??
    em.find(WebhookEndpoint, { organization: organizationId, deletedAt: null }, { fields: ['id', 'events'] });
  ofManager.set(organizationId, found);
  return found;
}
