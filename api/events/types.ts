/** The names that events came in under: how often, since when, and what the merchant calls them. */
import type { EventTypeId, OrganizationId } from '../../billing/ids.ts';
import { EventType, type EventTypeRow } from '../../db/entities/event-type.ts';
import type { EntityManager } from '../../db/orm.ts';
import { labelOfSystem } from '../../db/views/event.ts';
import { identity, iso } from '../../db/views/stamps.ts';
import type { EventType as EventTypeShape, EventTypeWithStats } from '../../schemas/event.ts';
import type { Pagination } from '../../schemas/pagination.ts';
import { type Fragment, fragment, joined } from '../../usage/filter-sql.ts';
import { notFound } from '../errors.ts';

export const SORTED_BY = ['name', 'label', 'occurrences', 'first_seen', 'last_seen'] as const;
type SortedBy = (typeof SORTED_BY)[number];

interface Asked extends Pagination {
  /** Kept are those whose name or label holds it. */
  readonly query?: string | undefined;
  readonly sorting: readonly { readonly property: SortedBy; readonly direction: 'asc' | 'desc' }[];
}

interface Counted {
  readonly id: EventTypeId | null;
  /** Times in ms since 1970. */
  readonly created_at: number | null;
  readonly modified_at: number | null;
  readonly label_property_selector: string | null;
  readonly name: string;
  readonly label: string;
  readonly source: 'system' | 'user';
  readonly occurrences: number;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly total: number;
}

/** Of the events for which `conditions` hold, on the table of events under the name `e`. */
export async function pageOfTypes(
  em: EntityManager,
  organization: OrganizationId,
  conditions: readonly Fragment[],
  { query, sorting, page, limit }: Asked,
): Promise<{ items: EventTypeWithStats[]; total: number }> {
  const { text, values } = joined(conditions, ' and ');
  const held = query ? fragment('name ilike ? or label ilike ?', like(query), like(query)) : fragment('true');
  const order = sorting.map(({ property, direction }) => `${property} ${direction}`);
  const rows: Counted[] = await em.execute(
    `with seen as (
       select e.name, e.source, count(*)::float8 as occurrences, 
         (extract(epoch from min(e."timestamp")) * 1000)::float8 as first_seen,
         (extract(epoch from max(e."timestamp")) * 1000)::float8 as last_seen
       from events e where ${text} group by e.name, e.source
     ), named as (
       select seen.*, t.id, (extract(epoch from t.created_at) * 1000)::float8 as created_at,
         (extract(epoch from t.modified_at) * 1000)::float8 as modified_at, t.label_property_selector, case when seen.source = 'system'
         then upper(left(seen.name, 1)) || translate(substr(seen.name, 2), '._', '  ')
         else coalesce(t.label, seen.name) end as label
       from seen left join event_types t on seen.source = 'user' and t.organization_id = ? and t.name = seen.name
     )
     select *, count(*) over ()::int as total from named where ${held.text}
     order by ${[...order, 'name', 'source'].join(', ')} limit ? offset ?`,
    [...values, organization, ...held.values, limit, (page - 1) * limit],
  );
  return { items: rows.map((row) => withStats(row, organization)), total: rows[0]?.total ?? 0 };
}

const instantOrNull = (ms: number | null): string | null => (ms === null ? null : iso(new Date(ms)));

const like = (words: string): string => `%${words.replaceAll(/[\\%_]/g, '\\$&')}%`;

const withStats = (row: Counted, organization: OrganizationId): EventTypeWithStats => ({
  id: row.id,
  created_at: instantOrNull(row.created_at),
  modified_at: instantOrNull(row.modified_at),
  name: row.name,
  label: row.source === 'system' ? labelOfSystem(row.name) : row.label,
  label_property_selector: row.label_property_selector,
  organization_id: organization,
  source: row.source,
  occurrences: row.occurrences,
  first_seen: iso(new Date(row.first_seen)),
  last_seen: iso(new Date(row.last_seen)),
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
