/** A page of events, and one of them. */
import type { EventId, OrganizationId } from '../../billing/ids.ts';
import { eventViews } from '../../db/views/event.ts';
import type { Event } from '../../schemas/event.ts';
import { type Pagination, page } from '../../schemas/pagination.ts';
import { notFound } from '../errors.ts';
import type { RequestContext } from '../route.ts';
import { type EventsQuery, eventQueryOf } from './conditions.ts';

type Reading = Pick<RequestContext, 'em' | 'eventStore'>;

interface Asked extends EventsQuery, Pagination {
  readonly direction: 'asc' | 'desc';
}

export async function pageOfEvents({ em, eventStore }: Reading, organization: OrganizationId, asked: Asked) {
  const query = await eventQueryOf(em, organization, asked);
  const rows = await eventStore.page(query, { ...asked, offset: offsetOf(asked) });
  const items = await eventViews(em, eventStore, organization, rows);
  return page(items, await eventStore.count(query), asked);
}

/** Without counting all of them. */
export async function nextEvents({ em, eventStore }: Reading, organization: OrganizationId, asked: Asked) {
  const query = await eventQueryOf(em, organization, asked);
  const { direction, limit } = asked;
  const rows = await eventStore.page(query, { direction, limit: limit + 1, offset: offsetOf(asked) });
  const items = await eventViews(em, eventStore, organization, rows.slice(0, limit));
  return { items, pagination: { has_next_page: rows.length > limit } };
}

const offsetOf = ({ page: number, limit }: Pagination): number => (number - 1) * limit;

export async function ownedEvent(
  { em, eventStore }: Reading,
  organization: OrganizationId,
  id: string,
): Promise<Event> {
  const found = await eventStore.one(organization, id as EventId);
  const [view] = await eventViews(em, eventStore, organization, found === null ? [] : [found]);
  if (view === undefined) throw notFound();
  return view;
}
