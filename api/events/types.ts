/** The names that events came in under: how often, since when, and what the merchant calls them. */
import type { EventTypeId, OrganizationId } from '../../billing/ids.ts';
import { EventType, type EventTypeRow } from '../../db/entities/event-type.ts';
import type { EntityManager } from '../../db/orm.ts';
import { labelOfSystem } from '../../db/views/event.ts';
import { identity, iso } from '../../db/views/stamps.ts';
import type { EventType as EventTypeShape, EventTypeWithStats } from '../../schemas/event.ts';
import type { Pagination } from '../../schemas/pagination.ts';
import type { EventQuery, SeenName } from '../../usage/event-store.ts';
import { notFound } from '../errors.ts';
import type { RequestContext } from '../route.ts';

export const SORTED_BY = ['name', 'label', 'occurrences', 'first_seen', 'last_seen'] as const;
type SortedBy = (typeof SORTED_BY)[number];

interface Asked extends Pagination {
  /** Kept are those whose name or label holds it. */
  readonly query?: string | undefined;
  readonly sorting: readonly { readonly property: SortedBy; readonly direction: 'asc' | 'desc' }[];
}

/**
 * Of the events that `query` finds. Sorted here, as labels are in Postgres wherever the events are; counting under each
 * name goes through all of them and takes far longer.
 */
export async function pageOfTypes(
  { em, eventStore }: Pick<RequestContext, 'em' | 'eventStore'>,
  query: EventQuery,
  { query: words = '', sorting, page, limit }: Asked,
): Promise<{ items: EventTypeWithStats[]; total: number }> {
  const { organization } = query;
  const [seen, types] = await Promise.all([eventStore.names(query), em.find(EventType, { organization })]);
  const typesByName = new Map(types.map((type) => [type.name, type]));
  const all = seen.map((each) =>
    withStats(organization, each, each.source === 'user' ? typesByName.get(each.name) : undefined),
  );
  const sought = words.toLowerCase();
  const found = all.filter(({ name, label }) => [name, label].some((text) => text.toLowerCase().includes(sought)));
  found.sort((a, b) => inOrder(a, b, sorting));
  return { items: found.slice((page - 1) * limit, page * limit), total: found.length };
}

function inOrder(a: EventTypeWithStats, b: EventTypeWithStats, sorting: Asked['sorting']): number {
  for (const { property, direction } of sorting) {
    const order = compared(a[property], b[property]);
    if (order !== 0) return direction === 'asc' ? order : -order;
  }
  return compared(a.name, b.name) || compared(a.source, b.source);
}

const compared = (a: string | number, b: string | number): number => (a < b ? -1 : Number(a > b));

const withStats = (
  organization: OrganizationId,
  { name, source, occurrences, firstSeen, lastSeen }: SeenName,
  type: EventTypeRow | undefined,
): EventTypeWithStats => ({
  id: type?.id ?? null,
  created_at: type ? iso(type.createdAt) : null,
  modified_at: type?.modifiedAt ? iso(type.modifiedAt) : null,
  name,
  label: source === 'system' ? labelOfSystem(name) : (type?.label ?? name),
  label_property_selector: type?.labelPropertySelector ?? null,
  organization_id: organization,
  source,
  occurrences,
  first_seen: iso(new Date(firstSeen)),
  last_seen: iso(new Date(lastSeen)),
});

export const eventTypeView = (row: EventTypeRow): EventTypeShape => ({
  ...identity(row),
  name: row.name,
  label: row.label,
  label_property_selector: row.labelPropertySelector ?? null,
  organization_id: row.organization.id,
});

export async function ownedEventType(
  em: EntityManager,
  organization: OrganizationId,
  id: string,
): Promise<EventTypeRow> {
  const row = await em.findOne(EventType, { id: id as EventTypeId, organization });
  if (row === null) throw notFound();
  return row as EventTypeRow;
}
