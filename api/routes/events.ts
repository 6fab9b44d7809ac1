/** What customers do, as merchants tell us. */
import { EventsIngest, EventsIngested } from '../../schemas/event-input.ts';
import { route } from '../route.ts';
import { incoming } from '../usage/incoming.ts';

const tag = 'Events';

export const ingestEvents = route({
  method: 'post',
  path: '/v1/events/ingest',
  summary: 'Ingest events',
  description:
    'Up to 1,000 at once: all of them are taken in, or none. Once this is answered they are stored, and counted in all ' +
    'balances. Sent again with the same external_id, an event is counted once.',
  tag,
  scopes: ['events:write'],
  body: EventsIngest,
  isLarge: true,
  response: EventsIngested,
  async handle({ body, organization, em, events, request }) {
    const ready = await incoming(em, organization, body.events, request.at);
    return events.write({ organizationId: organization, events: ready });
  },
});

export const eventRoutes = [ingestEvents];
