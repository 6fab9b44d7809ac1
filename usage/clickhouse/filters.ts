/** The filters of billing/event-filters.ts in ClickHouse: the same events, found without reading all of them. */
import { type Clause, type Filter, instantOf, type Operator } from '../../billing/event-filters.ts';
import { said } from './metadata.ts';
import type { Parameters } from './parameters.ts';

const NOTHING = 'false';

/** A condition on a row of events. */
export function filterCondition({ clauses, conjunction }: Filter, parameters: Parameters): string {
  if (clauses.length === 0) return 'true';
  const parts = clauses.map((part) =>
    'clauses' in part ? filterCondition(part, parameters) : clauseCondition(part, parameters),
  );
  return parts.map((part) => `(${part})`).join(` ${conjunction} `);
}

function clauseCondition({ property, operator, value }: Clause, parameters: Parameters): string {
  if (property === 'timestamp') return timeCondition(operator, value, parameters);
  if (property === 'name' || property === 'source') {
    return typeof value === 'string' ? textCondition(property, operator, parameters.text(value)) : NOTHING;
  }
  const found = said(property, parameters);
  switch (typeof value) {
    case 'string':
      return `${found.isText} and ${textCondition(found.text, operator, parameters.text(value))}`;
    case 'number':
      return isText(operator)
        ? NOTHING
        : `${found.isNumber} and ${found.number} ${COMPARISONS[operator]} ${parameters.number(value)}`;
    case 'boolean':
      if (operator === 'eq') return `${found.raw} = '${value}'`;
      return operator === 'ne' ? `${found.raw} = '${!value}'` : NOTHING;
  }
}

const COMPARISONS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

const isText = (operator: Operator): operator is 'like' | 'not_like' => operator === 'like' || operator === 'not_like';

/** Bytes are compared, which is the order of code points. */
function textCondition(text: string, operator: Operator, value: string): string {
  if (isText(operator)) return `position(${text}, ${value}) ${operator === 'like' ? '>' : '='} 0`;
  return `${text} ${COMPARISONS[operator]} ${value}`;
}

/** Further than any event's time. */
const FURTHEST = 1e15;

function timeCondition(operator: Operator, value: Clause['value'], parameters: Parameters): string {
  const wanted = instantOf(value);
  if (wanted === null || isText(operator)) return NOTHING;
  const within = Math.max(-FURTHEST, Math.min(FURTHEST, wanted));
  return `toUnixTimestamp64Milli(timestamp) ${COMPARISONS[operator]} ${parameters.number(within)}`;
}
