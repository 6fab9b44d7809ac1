/** What incoming events name, looked up once for all of a request: nothing is asked of the database where nothing is named. */
import type { EventId, OrganizationId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { EventCreate } from '../../schemas/event-input.ts';
import type { EventStore } from '../../usage/event-store.ts';

/** The merchant's id of each customer that is named by ours, null where it has none. */
export async function customersOf(
  em: EntityManager,
  organizationId: OrganizationId,
  events: readonly EventCreate[],
): Promise<ReadonlyMap<string, string | null>> {
  const ids = [...new Set(events.flatMap(({ customer_id }) => customer_id ?? []))];
  if (ids.length === 0) return new Map();
  const rows: { id: string; external_id: string | null }[] = await em.execute(
    'select id, external_id from customers where organization_id = ? and id = any(?::uuid[]) and deleted_at is null',
    [organizationId, `{${ids.join(',')}}`],
  );
  return new Map(rows.map(({ id, external_id }) => [id, external_id]));
}

/** Whose members those are that are named by our ids: the customer by both names. */
export async function membersOf(
  em: EntityManager,
  organizationId: OrganizationId,
  events: readonly EventCreate[],
): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const ids = [...new Set(events.flatMap(({ member_id }) => member_id ?? []))];
  if (ids.length === 0) return new Map();
  const rows: { id: string; customer_id: string; external_id: string | null }[] = await em.execute(
    `select m.id, c.id as customer_id, c.external_id from members m join customers c on c.id = m.customer_id
     where c.organization_id = ? and m.id = any(?::uuid[]) and m.deleted_at is null and c.deleted_at is null`,
    [organizationId, `{${ids.join(',')}}`],
  );
  return new Map(rows.map(({ id, customer_id, external_id }) => [id, [customer_id, external_id]]));
}

/** An event that is there, or one that comes in with this request. */
export type Parent = { readonly parentId: EventId } | { readonly parentExternalId: string };

/** By what the events call them: the merchant's id, of what came in before or comes in now, else ours. */
export async function parentsOf(
  em: EntityManager,
  store: Pick<EventStore, 'known'>,
  organizationId: OrganizationId,
  events: readonly EventCreate[],
): Promise<ReadonlyMap<string, Parent>> {
  const named = [...new Set(events.flatMap(({ parent_id }) => parent_id ?? []))];
  if (named.length === 0) return new Map();
  const rows: { external_id: string; id: EventId }[] = await em.execute(
    `select external_id, id from event_keys where organization_id = ? and external_id in (select jsonb_array_elements_text(?::jsonb))`,
    [organizationId, JSON.stringify(named)],
  );
  const found = new Map<string, Parent>(rows.map(({ external_id, id }) => [external_id, { parentId: id }]));
  const coming = new Set(events.flatMap(({ external_id }) => external_id ?? []));
  for (const name of named) if (!found.has(name) && coming.has(name)) found.set(name, { parentExternalId: name });
  const ours = named.filter((name) => !found.has(name) && UUID.test(name)) as EventId[];
  const known = ours.length === 0 ? new Set() : await store.known(organizationId, ours.map(lowered));
  for (const name of ours) if (known.has(lowered(name))) found.set(name, { parentId: lowered(name) });
  return found;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const lowered = (id: EventId) => id.toLowerCase() as EventId;

/** The places of events that are, over others of the request, part of themselves. */
export function circular(events: readonly EventCreate[], parents: ReadonlyMap<string, Parent>): ReadonlySet<number> {
  if (parents.size === 0) return new Set();
  const first = new Map<string, EventCreate>();
  for (const event of events)
    if (event.external_id && !first.has(event.external_id)) first.set(event.external_id, event);
  const above = (event: EventCreate): EventCreate | undefined => {
    const parent = event.parent_id ? parents.get(event.parent_id) : undefined;
    return parent && 'parentExternalId' in parent ? first.get(parent.parentExternalId) : undefined;
  };
  const ends = new Map<EventCreate, boolean>();
  for (const event of events) {
    const path = new Set<EventCreate>();
    let at: EventCreate | undefined = event;
    while (at && !path.has(at) && !ends.has(at)) {
      path.add(at);
      at = above(at);
    }
    const isEnding = at === undefined || ends.get(at) === true;
    for (const each of path) ends.set(each, isEnding);
  }
  return new Set(events.flatMap((event, i) => (ends.get(event) ? [] : [i])));
}
