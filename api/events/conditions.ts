/** What is asked of a list of events, as a condition on the table of events under the name `e`. */
import { z } from 'zod';
import type { EventId, MeterId, OrganizationId } from '../../billing/ids.ts';
import { Meter } from '../../db/entities/meter.ts';
import type { EntityManager } from '../../db/orm.ts';
import { EventSource } from '../../schemas/event.ts';
import { Filter } from '../../schemas/meter.ts';
import { type MetadataFilter, metadataFilter, oneOrMany, queryInstant, queryInteger } from '../../schemas/query.ts';
import { type Fragment, filterSql, fragment, joined } from '../../usage/filter-sql.ts';
import { invalid } from '../errors.ts';
import { parsePart, refuseUnstorableText } from '../validation.ts';
import { type OfCustomers, ofCustomers } from './of-customers.ts';

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

export async function conditionOf(
  em: EntityManager,
  organization: OrganizationId,
  query: EventsQuery,
): Promise<Fragment> {
  const parts = [
    ofOrganization(organization, query.organization_id),
    await ofCustomers(em, organization, query satisfies OfCustomers),
    query.start_timestamp && fragment('e."timestamp" >= ?::timestamptz', query.start_timestamp.toISOString()),
    query.end_timestamp && fragment('e."timestamp" < ?::timestamptz', query.end_timestamp.toISOString()),
    query.filter === undefined ? null : filterSql(filterOf(query.filter)),
    query.meter_id === undefined ? null : filterSql(await filterOfMeter(em, organization, query.meter_id as MeterId)),
    query.name && oneOf('e.name', query.name),
    query.source && oneOf('e.source', query.source),
    query.query && holding(query.query),
    inTree(organization, query.parent_id as EventId | undefined, query.depth),
    ...carryingMetadata(query.metadata),
  ];
  return joined(
    parts.filter((part): part is Fragment => typeof part === 'object' && part !== null),
    ' and ',
  );
}

export function ofOrganization(organization: OrganizationId, named: readonly string[] | undefined): Fragment {
  return named === undefined || named.includes(organization)
    ? fragment('e.organization_id = ?', organization)
    : fragment('false');
}

export const oneOf = (column: string, values: readonly string[]): Fragment =>
  fragment(`${column} in (${values.map(() => '?').join(', ')})`, ...values);

const escaped = (words: string): string => `%${words.replaceAll(/[\\%_]/g, '\\$&')}%`;

function holding(words: string): Fragment {
  return fragment('e.name ilike ? or e.metadata::text ilike ?', escaped(words), escaped(words));
}

export const carryingMetadata = (filter: MetadataFilter | undefined): Fragment[] =>
  Object.entries(filter ?? {}).map(([key, values]) =>
    fragment(`(e.metadata ->> ?::text) in (${values.map(() => '?').join(', ')})`, key, ...values),
  );

/** Events under a common ancestor, or under any that has none, down to a depth; without, only what is right under one. */
function inTree(organization: OrganizationId, parent: EventId | undefined, depth: number | undefined): Fragment | null {
  if (depth === undefined) return parent === undefined ? null : fragment('e.parent_id = ?', parent);
  if (depth === 0) return parent === undefined ? fragment('e.parent_id is null') : fragment('e.id = ?', parent);
  const roots =
    parent === undefined
      ? fragment('select id from events where organization_id = ? and parent_id is null', organization)
      : fragment('select ?::uuid', parent);
  return fragment(
    `e.id in (
       with recursive tree (id, depth) as (
         select id, 0 from (${roots.text}) roots (id)
         union all
         select child.id, tree.depth + 1 from tree join events child on child.parent_id = tree.id
         where tree.depth < ? and child.organization_id = ?
       ) select id from tree)`,
    ...roots.values,
    depth,
    organization,
  );
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
  return parsePart('query', z.object({ filter: Filter }), { filter: given }).filter;
}

async function filterOfMeter(em: EntityManager, organization: OrganizationId, id: MeterId) {
  const meter = await em.findOne(Meter, { id, organization }, { fields: ['filter'] });
  if (meter === null) throw invalid(['query', 'meter_id'], 'This meter does not exist.');
  return meter.filter;
}
