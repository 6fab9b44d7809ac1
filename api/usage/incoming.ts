/** Events as they came over the wire, made ready to be written: what they name is looked up, once for all of them. */
import type { CustomerId, EventId, MemberId, OrganizationId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { EventCreate } from '../../schemas/event-input.ts';
import { keptMetadata } from '../../schemas/event-metadata.ts';
import type { NewEvent } from '../../usage/new-event.ts';
import { subjectOf, subjectOfCustomer } from '../../usage/subjects.ts';
import { type Invalid, unprocessable } from '../errors.ts';
import { refuseForeign } from '../organizations/named.ts';

/** How far a sender's clock may be ahead of ours. */
const AHEAD_MS = 60_000;

/** Throws a 422 that names each event with what is wrong about it. */
export async function incoming(
  em: EntityManager,
  organizationId: OrganizationId,
  events: readonly EventCreate[],
  now: Date,
): Promise<NewEvent[]> {
  const [customers, parents] = await Promise.all([
    customersOf(em, organizationId, events),
    parentsOf(em, organizationId, events),
  ]);
  const wrong: Invalid[] = [];
  const refuse = (index: number, field: string, msg: string) =>
    wrong.push({ loc: ['body', 'events', index, field], msg, type: 'value_error' });
  const ready = events.map((event, i): NewEvent => {
    if (event.organization_id) refuseForeign(event.organization_id, organizationId);
    const timestamp = event.timestamp?.getTime() ?? now.getTime();
    if (timestamp > now.getTime() + AHEAD_MS) refuse(i, 'timestamp', 'An event can’t be in the future.');
    const customer = event.customer_id ? customers.get(event.customer_id) : undefined;
    if (event.customer_id && customer === undefined) refuse(i, 'customer_id', 'This customer does not exist.');
    const parentId = event.parent_id ? parents.get(event.parent_id) : null;
    if (parentId === undefined) refuse(i, 'parent_id', 'This event does not exist.');
    const externalId = event.external_customer_id ?? customer ?? null;
    return {
      subject: externalId ? subjectOf(organizationId, externalId) : subjectOfCustomer(event.customer_id as CustomerId),
      customerId: (event.customer_id as CustomerId | null | undefined) ?? null,
      externalCustomerId: event.external_customer_id ?? null,
      memberId: (event.member_id as MemberId | null | undefined) ?? null,
      externalMemberId: event.external_member_id ?? null,
      name: event.name,
      source: 'user',
      timestamp,
      externalId: event.external_id ?? null,
      parentId: parentId ?? null,
      metadata: event.metadata ? keptMetadata(event.metadata) : {},
    };
  });
  if (wrong.length > 0) throw unprocessable(...wrong);
  return ready;
}

/** The merchant's id of each that is named by ours, null where it has none. */
async function customersOf(
  em: EntityManager,
  organizationId: OrganizationId,
  events: readonly EventCreate[],
): Promise<Map<string, string | null>> {
  const ids = [...new Set(events.flatMap(({ customer_id }) => customer_id ?? []))];
  if (ids.length === 0) return new Map();
  const rows: { id: string; external_id: string | null }[] = await em.execute(
    'select id, external_id from customers where organization_id = ? and id = any(?::uuid[]) and deleted_at is null',
    [organizationId, `{${ids.join(',')}}`],
  );
  return new Map(rows.map(({ id, external_id }) => [id, external_id]));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By what the events call them: our ids as they are, the merchant's by what came in under them. */
async function parentsOf(
  em: EntityManager,
  organizationId: OrganizationId,
  events: readonly EventCreate[],
): Promise<Map<string, EventId>> {
  const named = [...new Set(events.flatMap(({ parent_id }) => parent_id ?? []))];
  if (named.length === 0) return new Map();
  const rows: { external_id: string; id: EventId }[] = await em.execute(
    `select external_id, id from event_keys where organization_id = ? and external_id in (select jsonb_array_elements_text(?::jsonb))`,
    [organizationId, JSON.stringify(named)],
  );
  const found = new Map(rows.map(({ external_id, id }) => [external_id, id]));
  for (const name of named) if (!found.has(name) && UUID.test(name)) found.set(name, name as EventId);
  return found;
}
