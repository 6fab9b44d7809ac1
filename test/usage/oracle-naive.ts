/**
 * What meters, credits and prices come to, from the events as they were sent: written again from the rules, in the plainest
 * way, with nothing of the product's own code. All of an account is added up anew each time it is asked for.
 */

export interface Sent {
  readonly name: string;
  /** ms since 1970. */
  readonly timestamp: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export type Part = Tree | Condition;
export interface Tree {
  readonly conjunction: 'and' | 'or';
  readonly clauses: readonly Part[];
}
export interface Condition {
  readonly property: string;
  readonly operator: string;
  readonly value: string | number | boolean;
}

export interface Counting {
  readonly filter: Tree;
  readonly aggregation: { readonly func: string; readonly property?: string };
}

/** All of them are the merchant's own. */
export function isCounted(part: Part, event: Sent): boolean {
  if (!('clauses' in part)) return holds(part, event);
  if (part.clauses.length === 0) return true;
  const found = part.clauses.map((each) => isCounted(each, event));
  return part.conjunction === 'and' ? !found.includes(false) : found.includes(true);
}

function holds({ property, operator, value }: Condition, event: Sent): boolean {
  if (property === 'timestamp') {
    const at = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return !Number.isNaN(at) && comparison(operator, Math.sign(event.timestamp - at));
  }
  const found = said(event, property);
  if (typeof found !== typeof value) return false;
  if (typeof found === 'boolean')
    return (operator === 'eq' || operator === 'ne') && (found === value) === (operator === 'eq');
  if (typeof found === 'number' && typeof value === 'number') return comparison(operator, Math.sign(found - value));
  if (typeof found !== 'string' || typeof value !== 'string') return false;
  if (operator === 'like' || operator === 'not_like') return found.split(value).length > 1 === (operator === 'like');
  return comparison(operator, byCodePoint(found, value));
}

function comparison(operator: string, sign: number): boolean {
  const signs: Readonly<Record<string, readonly number[]>> = {
    ...{ eq: [0], ne: [-1, 1], gt: [1], gte: [0, 1], lt: [-1], lte: [-1, 0] },
  };
  return signs[operator]?.some((each) => each === sign) ?? false;
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]].map((letters) => letters.map((letter) => letter.codePointAt(0) ?? 0));
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [left?.[i] ?? -1, right?.[i] ?? -1];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/** What an event says under a property: undefined where it says nothing. */
function said(event: Sent, property: string): unknown {
  if (property === 'name') return event.name;
  if (property === 'source') return 'user';
  const path = property.replace(/^metadata\./, '');
  if (path in event.metadata) return event.metadata[path];
  return path.split('.').reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), event.metadata);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Numbers as so many 10^-18: exact. */
export type Exact = bigint;
const PLACES = 18;
export const ONE: Exact = 10n ** BigInt(PLACES);

/** Of the shortest way to write the number. */
export function exact(written: string): Exact {
  const [, sign = '', whole = '0', decimals = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(written) ?? [];
  const shift = PLACES - decimals.length + Number(exponent);
  const digits = BigInt(whole + decimals) * (shift < 0 ? 1n : 10n ** BigInt(shift));
  const value = shift < 0 ? digits / 10n ** BigInt(-shift) : digits;
  return sign === '-' ? -value : value;
}

export function written(value: Exact): string {
  const digits = String(value < 0n ? -value : value).padStart(PLACES + 1, '0');
  const decimals = digits.slice(-PLACES).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** Halves away from zero. */
function divided(value: bigint, by: bigint): bigint {
  const [size, sign] = value < 0n ? [-value, -1n] : [value, 1n];
  return sign * ((size * 2n + by) / (by * 2n));
}

export function consumed(meter: Counting, events: readonly Sent[]): Exact {
  const told = events.flatMap((event) => toldBy(meter, event));
  const { func } = meter.aggregation;
  if (func === 'count') return BigInt(told.length) * ONE;
  if (func === 'unique') return BigInt(new Set(told.map((value) => JSON.stringify(value))).size) * ONE;
  const numbers = told.map((value) => exact(String(value))).sort((a, b) => (a < b ? -1 : 1));
  const sum = numbers.reduce((all, each) => all + each, 0n);
  switch (func) {
    case 'min':
      return numbers.at(0) ?? 0n;
    case 'max':
      return numbers.at(-1) ?? 0n;
    case 'avg':
      // To 12 places.
      return numbers.length === 0 ? 0n : divided(sum, BigInt(numbers.length) * 10n ** 6n) * 10n ** 6n;
    default:
      return sum;
  }
}

/** Whether the meter has anything to count of it. */
export const addsTo = (meter: Counting, event: Sent): boolean => toldBy(meter, event).length > 0;

/** What an event tells the meter: one value, or none. */
function toldBy({ filter, aggregation: { func, property = '' } }: Counting, event: Sent): unknown[] {
  if (!isCounted(filter, event)) return [];
  if (func === 'count') return [1];
  const value = said(event, property);
  const kinds = func === 'unique' ? ['string', 'number', 'boolean'] : ['number'];
  return kinds.includes(typeof value) ? [value] : [];
}

/** What was used beyond the credits, at so much a unit; whole cents. */
export function amountOf(used: Exact, credited: bigint, unitAmount: string, cap: number | null): number {
  const beyond = used - credited * ONE;
  if (beyond <= 0n) return 0;
  const amount = Number(divided(beyond * exact(unitAmount), ONE * ONE));
  return cap === null ? amount : Math.min(amount, cap);
}

/** Whole units, by what becomes of them with the end of a period. */
export interface Credits {
  readonly period: bigint;
  readonly rollover: bigint;
  readonly forever: bigint;
}

/** What is left of them: a unit of which some is used is used, those that vanish first before the others. */
export function spent(credits: Credits, used: Exact): Credits {
  let units = used <= 0n ? 0n : (used + ONE - 1n) / ONE;
  const left = { ...credits };
  for (const kind of ['period', 'rollover', 'forever'] as const) {
    const taken = units < left[kind] ? units : left[kind];
    left[kind] -= taken;
    units -= taken;
  }
  return left;
}

export const sumOf = ({ period, rollover, forever }: Credits): bigint => period + rollover + forever;
