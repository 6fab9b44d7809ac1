/** What lists can be narrowed by, and how that is said to the database. */

export interface Page {
  readonly limit?: number;
  readonly starting_after?: string;
  readonly ending_before?: string;
}

export type Range =
  | number
  | { readonly gt?: number; readonly gte?: number; readonly lt?: number; readonly lte?: number };

export interface Filter {
  readonly customer?: string;
  readonly payment_intent?: string;
  readonly charge?: string;
  readonly email?: string;
  readonly created?: Range;
  /** For events: any of these; for balance transactions: what moved the money. */
  readonly types?: readonly string[];
  readonly source?: string;
  readonly currency?: string;
}

export interface Listed<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

const COMPARISONS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const EQUALS = ['customer', 'payment_intent', 'charge', 'email', 'source'] as const;

function bounds(created: Range | undefined): [comparison: string, value: number][] {
  if (created === undefined) return [];
  if (typeof created === 'number') return [['=', created]];
  const names = ['gt', 'gte', 'lt', 'lte'] as const;
  return names.flatMap((name): [string, number][] => {
    const value = created[name];
    return value === undefined ? [] : [[COMPARISONS[name], value]];
  });
}

export function conditions(filter: Filter): string[] {
  return [
    ...EQUALS.filter((name) => filter[name] !== undefined).map((name) => `${name} = ?`),
    ...bounds(filter.created).map(([comparison]) => `created ${comparison} ?`),
    ...(filter.currency === undefined ? [] : ["body ->> 'currency' = ?"]),
    ...(filter.types ? [`type in (${filter.types.map(() => '?').join(', ')})`] : []),
  ];
}

export function conditionValues(filter: Filter): (string | number)[] {
  return [
    ...EQUALS.flatMap((name) => filter[name] ?? []),
    ...bounds(filter.created).map(([, value]) => value),
    ...(filter.currency === undefined ? [] : [filter.currency]),
    ...(filter.types ?? []),
  ];
}
