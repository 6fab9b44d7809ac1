/** What customers do, as merchants tell us. */
import { z } from 'zod';
import { Event, EventName, EventPage, EventSource } from '../../schemas/event.ts';
import { EventsIngest, EventsIngested } from '../../schemas/event-input.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { plainEvents } from '../../schemas/plain-events.ts';
import { oneOrMany, queryBoolean } from '../../schemas/query.ts';
import { eventsQuery, ofCustomersQuery } from '../events/conditions.ts';
import { nextEvents, ownedEvent, pageOfEvents } from '../events/list.ts';
import { subjectsAskedFor } from '../events/of-customers.ts';
import { pageOfTypes } from '../events/types.ts';
import { route } from '../route.ts';
import { balancesAfter } from '../usage/balances.ts';
import { incoming } from '../usage/incoming.ts';

const tag = 'Events';
const reading = ['events:read', 'events:write'] as const;

export const ingestEvents = route({
  method: 'post',
  path: '/v1/events/ingest',
  summary: 'Ingest events',
  description:
    'Up to 1,000 at once: all of them are taken in, or none. Once this is answered they are stored, and counted in all ' +
    'balances. Sent again with the same external_id, an event is counted once.',
  tag,
  scopes: ['events:write'],
  query: z.object({
    include_balances: queryBoolean
      .default(false)
      .describe('Answers also with the balances that the events are counted in, so that no second call is needed.'),
  }),
  body: EventsIngest,
  plainly: plainEvents,
  isLarge: true,
  response: EventsIngested,
  async handle({ body, query, organization, em, events, eventStore, request }) {
    const ready = await incoming({ em, eventStore }, organization, body.events, request.at);
    const batch = { organizationId: organization, events: ready };
    const written = await events.write(batch);
    return query.include_balances ? { ...written, balances: await balancesAfter(em, batch) } : written;
  },
});

export const listEvents = route({
  method: 'get',
  path: '/v1/events/',
  summary: 'List events',
  tag,
  scopes: reading,
  query: Pagination.extend({
    ...eventsQuery,
    cursor_pagination: queryBoolean
      .default(false)
      .describe('Says only whether there is a next page: counting all events takes longer than reading some.'),
    sorting: sorting(['timestamp'], [{ property: 'timestamp', direction: 'desc' }]),
  }),
  response: EventPage,
  async handle({ query, organization, em, eventStore }) {
    const asked = { ...query, direction: query.sorting[0]?.direction ?? 'desc' };
    const read = query.cursor_pagination ? nextEvents : pageOfEvents;
    return read({ em, eventStore }, organization, asked);
  },
});

export const listEventNames = route({
  method: 'get',
  path: '/v1/events/names',
  summary: 'List event names',
  tag,
  scopes: reading,
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    ...ofCustomersQuery,
    source: oneOrMany(EventSource),
    query: z.string().max(200).optional().describe('Keeps those that hold this text.'),
    sorting: sorting(
      ['name', 'occurrences', 'first_seen', 'last_seen'],
      [{ property: 'last_seen', direction: 'desc' }],
    ),
  }),
  response: paginated(EventName),
  async handle({ query, organization, em, eventStore }) {
    const subjects = await subjectsAskedFor(em, organization, query);
    const asked = { organization, subjects, sources: query.source };
    const { items, total } = await pageOfTypes({ em, eventStore }, asked, query);
    const names = items.map(({ name, label, source, occurrences, first_seen, last_seen }) => {
      return { name, label, source, occurrences, first_seen, last_seen };
    });
    return page(names, total, query);
  },
});

export const getEvent = route({
  method: 'get',
  path: '/v1/events/{id}',
  summary: 'Get an event',
  tag,
  scopes: reading,
  params: z.object({ id: z.uuid() }),
  response: Event,
  errors: [404],
  async handle({ params, organization, em, eventStore }) {
    return ownedEvent({ em, eventStore }, organization, params.id);
  },
});

export const eventRoutes = [ingestEvents, listEvents, listEventNames, getEvent];
