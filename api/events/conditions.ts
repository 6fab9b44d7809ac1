/** What is asked of a list of events. */
import { z } from 'zod';
import type { EventId, MeterId, OrganizationId } from '../../billing/ids.ts';
import { Meter } from '../../db/entities/meter.ts';
import type { EntityManager } from '../../db/orm.ts';
import { EventSource } from '../../schemas/event.ts';
import { FilterInput } from '../../schemas/meter.ts';
import { metadataFilter, oneOrMany, queryInstant, queryInteger } from '../../schemas/query.ts';
import type { EventQuery, Place } from '../../usage/event-store.ts';
import { invalid } from '../errors.ts';
import { parsePart, refuseUnstorableText } from '../validation.ts';
import { subjectsAskedFor } from './of-customers.ts';

const text = z.string().min(1).max(255);

export const ofCustomersQuery = { customer_id: oneOrMany(z.uuid()), external_customer_id: oneOrMany(text) };

export const eventsQuery = {
  organization_id: oneOrMany(z.uuid()),
  ...ofCustomersQuery,
  filter: z.string().max(20_000).optional().describe('A filter, as that of a meter, in JSON.'),
  start_timestamp: queryInstant.optional().describe('Keeps events of this time and later.'),
  end_timestamp: queryInstant.optional().describe('Keeps events before this time.'),
  meter_id: z.uuid().optional().describe('Keeps those that match the filter of this meter.'),
  name: oneOrMany(text),
  source: oneOrMany(EventSource),
  query: z.string().max(200).optional().describe('Keeps those whose name or metadata hold this text.'),
  parent_id: z.uuid().optional().describe('Keeps what is part of this event; with `depth`, the event and its tree.'),
  depth: queryInteger(0, 5)
    .optional()
    .describe('How far down from events that are part of no other, which are of depth 0; left out, all of them.'),
  metadata: metadataFilter,
};
const EventsQuery = z.object(eventsQuery);
export type EventsQuery = z.output<typeof EventsQuery>;

/** Throws a 422 for a filter or a meter that is none. */
export async function eventQueryOf(
  em: EntityManager,
  organization: OrganizationId,
  query: EventsQuery,
): Promise<EventQuery> {
  const filters = [
    ...(query.filter === undefined ? [] : [filterOf(query.filter)]),
    ...(query.meter_id === undefined ? [] : [await filterOfMeter(em, organization, query.meter_id as MeterId)]),
  ];
  return {
    organization,
    subjects: await subjectsAskedFor(em, organization, query),
    filters,
    from: query.start_timestamp,
    before: query.end_timestamp,
    names: query.name,
    sources: query.source,
    holding: query.query || undefined,
    place: placeOf(query.parent_id as EventId | undefined, query.depth),
    metadata: query.metadata,
  };
}

function placeOf(parent: EventId | undefined, depth: number | undefined): Place | undefined {
  if (depth === undefined) return parent === undefined ? undefined : { parent };
  return { root: parent ?? null, depth };
}

/** Throws a 422 for what is no filter. */
function filterOf(json: string) {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    throw invalid(['query', 'filter'], 'Not JSON', 'json_invalid');
  }
  refuseUnstorableText('query', given);
  return parsePart('query', z.object({ filter: FilterInput }), { filter: given }).filter;
}

async function filterOfMeter(em: EntityManager, organization: OrganizationId, id: MeterId) {
  const meter = await em.findOne(Meter, { id, organization }, { fields: ['filter'] });
  if (meter === null) throw invalid(['query', 'meter_id'], 'This meter does not exist.');
  return meter.filter;
}
