/** A page of events, and one of them. */
import type { EventId, OrganizationId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';
import { EVENT_COLUMNS, eventViews, type StoredEvent } from '../../db/views/event.ts';
import type { Event } from '../../schemas/event.ts';
import { type Pagination, page } from '../../schemas/pagination.ts';
import { receivedAtOf } from '../../usage/event-ids.ts';
import { notFound } from '../errors.ts';
import { conditionOf, type EventsQuery } from './conditions.ts';

interface Asked extends EventsQuery, Pagination {
  readonly direction: 'asc' | 'desc';
}

export async function pageOfEvents(em: EntityManager, organization: OrganizationId, asked: Asked) {
  const { text, values } = await conditionOf(em, organization, asked);
  const rows = await read(em, asked, text, values, asked.limit);
  const [counted]: { total: number }[] = await em.execute(
    `select count(*)::float8 as total from events e where ${text}`,
    values,
  );
  return page(await eventViews(em, organization, rows), counted?.total ?? 0, asked);
}

/** Without counting all of them. */
export async function nextEvents(em: EntityManager, organization: OrganizationId, asked: Asked) {
  const { text, values } = await conditionOf(em, organization, asked);
  const rows = await read(em, asked, text, values, asked.limit + 1);
  const items = await eventViews(em, organization, rows.slice(0, asked.limit));
  return { items, pagination: { has_next_page: rows.length > asked.limit } };
}

function read(
  em: EntityManager,
  { direction, page: number, limit }: Asked,
  condition: string,
  values: readonly unknown[],
  most: number,
): Promise<StoredEvent[]> {
  return em.execute(
    `select ${EVENT_COLUMNS} from events e where ${condition}
     order by e."timestamp" ${direction}, e.id ${direction} limit ? offset ?`,
    [...values, most, (number - 1) * limit],
  );
}

/** Its id says when it was received, and so where it stands. */
export async function ownedEvent(em: EntityManager, organization: OrganizationId, id: string): Promise<Event> {
  const received = receivedAtOf(id);
  if (received === null) throw notFound();
  const rows: StoredEvent[] = await em.execute(
    `select ${EVENT_COLUMNS} from events e
     where e.id = ? and e.organization_id = ? and e.received_at >= ?::timestamptz and e.received_at < ?::timestamptz`,
    [id as EventId, organization, new Date(received).toISOString(), new Date(received + 1).toISOString()],
  );
  const [view] = await eventViews(em, organization, rows);
  if (view === undefined) throw notFound();
  return view;
}
