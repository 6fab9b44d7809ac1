/** Events as they came over the wire, made ready to be written: what they name is looked up, once for all of them. */
import type { CustomerId, MemberId, OrganizationId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { EventCreate } from '../../schemas/event-input.ts';
import { keptMetadata } from '../../schemas/event-metadata.ts';
import type { EventStore } from '../../usage/event-store.ts';
import type { NewEvent } from '../../usage/new-event.ts';
import { subjectOf, subjectOfCustomer } from '../../usage/subjects.ts';
import { type Invalid, unprocessable } from '../errors.ts';
import { circular, customersOf, membersOf, parentsOf } from './named.ts';

/** How far a sender's clock may be ahead of ours. */
const AHEAD_MS = 60_000;

/** Throws a 422 that names each event with what is wrong about it. */
export async function incoming(
  { em, eventStore }: { readonly em: EntityManager; readonly eventStore: Pick<EventStore, 'known'> },
  organizationId: OrganizationId,
  events: readonly EventCreate[],
  now: Date,
): Promise<NewEvent[]> {
  const [customers, members, parents] = await Promise.all([
    customersOf(em, organizationId, events),
    membersOf(em, organizationId, events),
    parentsOf(em, eventStore, organizationId, events),
  ]);
  const inCircles = circular(events, parents);
  const wrong: Invalid[] = [];
  const refuse = (index: number, field: string, msg: string, type: string = field) =>
    wrong.push({ loc: ['body', 'events', index, field], msg, type });
  const ready = events.map((event, i): NewEvent => {
    if (event.organization_id && event.organization_id !== organizationId) {
      refuse(i, 'organization_id', 'The token is of another organization.');
    }
    const timestamp = event.timestamp?.getTime() ?? now.getTime();
    if (timestamp > now.getTime() + AHEAD_MS) refuse(i, 'timestamp', 'An event can’t be in the future.', 'value_error');
    const customer = event.customer_id ? customers.get(event.customer_id) : undefined;
    if (event.customer_id && customer === undefined) refuse(i, 'customer_id', 'This customer does not exist.');
    const named = event.external_customer_id ?? event.customer_id ?? null;
    if (event.member_id && members.get(event.member_id)?.includes(named) !== true) {
      refuse(i, 'member_id', 'This customer has no such member.');
    }
    const parent = event.parent_id ? parents.get(event.parent_id) : null;
    if (parent === undefined) refuse(i, 'parent_id', 'This event does not exist.');
    else if (inCircles.has(i)) refuse(i, 'parent_id', 'The event would be part of itself.');
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
      parentId: null,
      ...parent,
      metadata: event.metadata ? keptMetadata(event.metadata) : {},
    };
  });
  if (wrong.length > 0) throw unprocessable(...wrong);
  return ready;
}
