/** What merchants call the events that they send. */
import { z } from 'zod';
import type { EventId } from '../../billing/ids.ts';
import { EventSource, EventType, EventTypeUpdate, EventTypeWithStats } from '../../schemas/event.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany, queryBoolean } from '../../schemas/query.ts';
import type { Place } from '../../usage/event-store.ts';
import { ofCustomersQuery } from '../events/conditions.ts';
import { subjectsAskedFor } from '../events/of-customers.ts';
import { eventTypeView, ownedEventType, pageOfTypes, SORTED_BY } from '../events/types.ts';
import { route } from '../route.ts';

const tag = 'Event types';

export const listEventTypes = route({
  method: 'get',
  path: '/v1/event-types/',
  summary: 'List event types',
  description: 'Names that events came in under, with how often and since when.',
  tag,
  scopes: ['events:read', 'events:write'],
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    ...ofCustomersQuery,
    query: z.string().max(200).optional().describe('Keeps those whose name or label holds this text.'),
    root_events: queryBoolean.default(false).describe('Counts only events that are part of no other.'),
    parent_id: z.uuid().optional().describe('Counts only what is part of this event.'),
    source: EventSource.optional(),
    sorting: sorting(SORTED_BY, [{ property: 'last_seen', direction: 'desc' }]),
  }),
  response: paginated(EventTypeWithStats),
  async handle({ query, organization, em, eventStore }) {
    const subjects = await subjectsAskedFor(em, organization, query);
    const asked = { organization, subjects, sources: query.source && [query.source], place: placeOf(query) };
    const { items, total } = await pageOfTypes({ em, eventStore }, asked, query);
    return page(items, total, query);
  },
});

export const updateEventType = route({
  method: 'patch',
  path: '/v1/event-types/{id}',
  summary: 'Update an event type',
  tag,
  scopes: ['events:write'],
  params: z.object({ id: z.uuid() }),
  body: EventTypeUpdate,
  response: EventType,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    const row = await ownedEventType(em, organization, params.id);
    row.label = body.label;
    if (body.label_property_selector !== undefined) row.labelPropertySelector = body.label_property_selector;
    row.modifiedAt = request.at;
    await em.flush();
    return eventTypeView(row);
  },
});

export const eventTypeRoutes = [listEventTypes, updateEventType];

/** What is part of an event is no root. */
function placeOf({ root_events, parent_id }: Placed): Place | undefined {
  if (parent_id) return { parent: parent_id as EventId };
  return root_events ? { root: null, depth: 0 } : undefined;
}

interface Placed {
  readonly root_events: boolean;
  readonly parent_id?: string | undefined;
}
