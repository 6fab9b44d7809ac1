/**
 * The filters of billing/event-filters.ts in the database: the same events, found without reading all of them. Keys and
 * values are merchants' own words, so that they are parameters, and never part of the text.
 */
import { type Clause, type Filter, instantOf, type Operator, pathOf } from '../../billing/event-filters.ts';
import { type Fragment, fragment, joined } from './fragments.ts';

const NOTHING = fragment('false');

/** True for what the filter matches, of the table of events under the name `e`. Null counts as false. */
export function filterSql({ clauses, conjunction }: Filter): Fragment {
  if (clauses.length === 0) return fragment('true');
  return joined(
    clauses.map((part) => ('clauses' in part ? filterSql(part) : clauseSql(part))),
    ` ${conjunction} `,
  );
}

function clauseSql({ property, operator, value }: Clause): Fragment {
  if (property === 'timestamp') return timeSql(operator, value);
  if (property === 'name' || property === 'source') {
    return typeof value === 'string' ? textSql(fragment(`e.${property}`), operator, value) : NOTHING;
  }
  const found = valueSql(property);
  switch (typeof value) {
    case 'string':
      return ofType(found, 'string', textSql({ ...found, text: `(${found.text} #>> '{}')` }, operator, value));
    case 'number':
      return isText(operator) ? NOTHING : ofType(found, 'number', jsonSql(found, operator, String(value), 'numeric'));
    case 'boolean':
      return operator === 'eq' || operator === 'ne'
        ? ofType(found, 'boolean', jsonSql(found, operator, value, 'boolean'))
        : NOTHING;
  }
}

/** What an event's metadata say under a key, as `valueAt` finds it; null where there is nothing. */
export function valueSql(property: string): Fragment {
  const path = pathOf(property);
  const steps = path.split('.');
  const direct = fragment('(e.metadata -> ?::text)', path);
  if (steps.length === 1) return direct;
  return {
    text: `coalesce(${direct.text}, e.metadata ${steps.map(() => '-> ?::text').join(' ')})`,
    values: [path, ...steps],
  };
}

const COMPARISONS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
type Comparison = keyof typeof COMPARISONS;

const isText = (operator: Operator): operator is Exclude<Operator, Comparison> =>
  operator === 'like' || operator === 'not_like';

function textSql({ text, values }: Fragment, operator: Operator, value: string): Fragment {
  if (isText(operator)) {
    return fragment(`strpos(${text}, ?) ${operator === 'like' ? '>' : '='} 0`, ...values, value);
  }
  return fragment(`${text} collate "C" ${COMPARISONS[operator]} ?`, ...values, value);
}

const jsonSql = ({ text, values }: Fragment, operator: Comparison, value: string | boolean, type: string): Fragment =>
  fragment(`${text} ${COMPARISONS[operator]} to_jsonb(?::${type})`, ...values, value);

const ofType = ({ text, values }: Fragment, type: string, holds: Fragment): Fragment =>
  fragment(`jsonb_typeof(${text}) = '${type}' and ${holds.text}`, ...values, ...holds.values);

/** Further than any event's time, and within what the database can hold. */
const FURTHEST = 250_000_000_000_000;

function timeSql(operator: Operator, value: Clause['value']): Fragment {
  const wanted = instantOf(value);
  if (wanted === null || isText(operator)) return NOTHING;
  const within = Math.max(-FURTHEST / 4, Math.min(FURTHEST, wanted));
  if (!Number.isInteger(within)) return betweenSql(operator, within);
  return msSql(COMPARISONS[operator], within);
}

/** Events are of whole milliseconds; the database would round what is finer than a microsecond to one of them. */
function betweenSql(operator: Comparison, ms: number): Fragment {
  switch (operator) {
    case 'eq':
      return NOTHING;
    case 'ne':
      return fragment('true');
    case 'gt':
    case 'gte':
      return msSql('>', Math.floor(ms));
    case 'lt':
    case 'lte':
      return msSql('<', Math.ceil(ms));
  }
}

const msSql = (comparison: string, ms: number): Fragment =>
  fragment(`e."timestamp" ${comparison} timestamptz 'epoch' + ?::float8 * interval '1 millisecond'`, String(ms));
