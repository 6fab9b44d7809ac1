/** What is asked of events, as a condition on the table of events under the name `e`. */
import type { EventId, OrganizationId } from '../../billing/ids.ts';
import type { EventPlace, EventQuery, Place } from '../event-store.ts';
import { filterSql } from './filter-sql.ts';
import { type Fragment, fragment, joined } from './fragments.ts';

export function conditionOf(query: EventQuery): Fragment {
  const {
    organization,
    subjects,
    filters,
    from,
    before,
    after,
    receivedFrom,
    names,
    sources,
    holding,
    place,
    metadata,
  } = query;
  const parts: (Fragment | undefined)[] = [
    fragment('e.organization_id = ?', organization),
    subjects && fragment('e.subject = any(?::uuid[])', `{${subjects.join(',')}}`),
    from && fragment('e."timestamp" >= ?::timestamptz', from.toISOString()),
    before && fragment('e."timestamp" < ?::timestamptz', before.toISOString()),
    after && isAfter(after),
    receivedFrom && fragment('e.received_at >= ?::timestamptz', receivedFrom.toISOString()),
    ...(filters ?? []).map(filterSql),
    names && oneOf(fragment('e.name'), names),
    sources && oneOf(fragment('e.source'), sources),
    holding === undefined ? undefined : holdingText(holding),
    place && placed(organization, place),
    ...Object.entries(metadata ?? {}).map(([key, values]) => carrying(key, values)),
  ];
  return joined(
    parts.filter((part) => part !== undefined),
    ' and ',
  );
}

const isAfter = ({ timestamp, id }: EventPlace): Fragment =>
  fragment('(e."timestamp", e.id) > (?::timestamptz, ?::uuid)', new Date(timestamp).toISOString(), id);

const oneOf = (of: Fragment, values: readonly string[]): Fragment =>
  values.length === 0
    ? fragment('false')
    : fragment(`${of.text} in (${values.map(() => '?').join(', ')})`, ...of.values, ...values);

/** What is nested has a text too, but nobody has written it. */
const carrying = (key: string, values: readonly string[]): Fragment =>
  joined(
    [
      oneOf(fragment('(e.metadata ->> ?::text)', key), values),
      fragment(`jsonb_typeof(e.metadata -> ?::text) not in ('array', 'object')`, key),
    ],
    ' and ',
  );

function holdingText(words: string): Fragment {
  const pattern = `%${words.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return fragment('e.name ilike ? or e.metadata::text ilike ?', pattern, pattern);
}

function placed(organization: OrganizationId, place: Place): Fragment {
  if ('parent' in place) return fragment('e.parent_id = ?', place.parent);
  const { root, depth } = place;
  if (depth === 0) return root === null ? fragment('e.parent_id is null') : fragment('e.id = ?', root);
  return inTree(organization, root, depth);
}

function inTree(organization: OrganizationId, root: EventId | null, depth: number): Fragment {
  const roots =
    root === null
      ? fragment('select id from events where organization_id = ? and parent_id is null', organization)
      : fragment('select ?::uuid', root);
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
