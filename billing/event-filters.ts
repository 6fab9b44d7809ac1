/** Which events a meter counts: trees of clauses over what an event says. */

/** What a filter may look at. */
export interface FilteredEvent {
  readonly name: string;
  readonly source: 'system' | 'user';
  /** ms since 1970. */
  readonly timestamp: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface Filter {
  readonly conjunction: 'and' | 'or';
  /** None: every event matches. */
  readonly clauses: readonly (Clause | Filter)[];
}

export interface Clause {
  /** `name`, `source`, `timestamp`, or where in the metadata: `tokens`, `_llm.model`, also as `metadata.tokens`. */
  readonly property: string;
  readonly operator: Operator;
  /** A timestamp is compared with ISO 8601, or with seconds since 1970. */
  readonly value: string | number | boolean;
}

export const OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'like', 'not_like'] as const;
export type Operator = (typeof OPERATORS)[number];

export function matches(filter: Filter, event: FilteredEvent): boolean {
  const { clauses } = filter;
  if (clauses.length === 0) return true;
  const holds = (part: Clause | Filter) => ('clauses' in part ? matches(part, event) : holdsOf(part, event));
  return filter.conjunction === 'and' ? clauses.every(holds) : clauses.some(holds);
}

/** Something of another type, or nothing at all, is neither equal nor unequal to what the clause names. */
function holdsOf({ property, operator, value }: Clause, event: FilteredEvent): boolean {
  if (property === 'timestamp') return holdsOfTime(operator, value, event.timestamp);
  const found = property === 'name' || property === 'source' ? event[property] : valueAt(event.metadata, property);
  switch (typeof found) {
    case 'string':
      return typeof value === 'string' && compared(operator, found, value);
    case 'number':
      return typeof value === 'number' && compared(operator, found, value);
    case 'boolean':
      return typeof value === 'boolean' && (operator === 'eq' || operator === 'ne') && compared(operator, found, value);
    default:
      return false;
  }
}

function holdsOfTime(operator: Operator, value: Clause['value'], timestamp: number): boolean {
  const wanted = instantOf(value);
  return wanted !== null && compared(operator, timestamp, wanted);
}

/** Null where it names no time. */
export function instantOf(value: Clause['value']): number | null {
  if (typeof value === 'number') return value * 1000;
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? null : instant;
}

/** Strings in the order of their code points, which is the database's "C". */
function compared<T extends string | number | boolean>(operator: Operator, found: T, wanted: T): boolean {
  switch (operator) {
    case 'eq':
      return found === wanted;
    case 'ne':
      return found !== wanted;
    case 'gt':
      return isBefore(wanted, found);
    case 'gte':
      return !isBefore(found, wanted);
    case 'lt':
      return isBefore(found, wanted);
    case 'lte':
      return !isBefore(wanted, found);
    case 'like':
      return typeof found === 'string' && found.includes(String(wanted));
    case 'not_like':
      return typeof found === 'string' && !found.includes(String(wanted));
  }
}

/** UTF-16 order differs from that of code points, where one is beyond the basic plane; comparing bytes doesn't. */
function isBefore<T extends string | number | boolean>(a: T, b: T): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return a < b;
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

/** A key that is written so, else the way its dots lead, which is not into lists. Undefined where there is nothing. */
export function valueAt(metadata: Readonly<Record<string, unknown>>, property: string): unknown {
  const path = pathOf(property);
  if (Object.hasOwn(metadata, path)) return metadata[path];
  let found: unknown = metadata;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
    if (!Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

export const pathOf = (property: string): string =>
  property.startsWith('metadata.') ? property.slice('metadata.'.length) : property;
