/** What a meter makes of the events that it counts. Sums are exact decimals, whatever fractions events carry. */
import Big from 'big.js';
import { type FilteredEvent, valueAt } from './event-filters.ts';

export type Aggregation =
  | { readonly func: 'count' }
  | { readonly func: 'sum' | 'min' | 'max' | 'avg'; readonly property: string }
  | { readonly func: 'unique'; readonly property: string };

/** What is known of a number of events; those of two numbers of events can be put together. */
export interface Tally {
  /** Of the events that say something about what is aggregated. */
  readonly count: number;
  /** Decimals, exact; "0" of none. */
  readonly sum: string;
  readonly min: string | null;
  readonly max: string | null;
}

export const NOTHING: Tally = { count: 0, sum: '0', min: null, max: null };

/** What an event adds: 1 to a count, its number to the others, its value's key to what is unique; null: nothing. */
export function contributionOf(aggregation: Aggregation, event: FilteredEvent): number | string | null {
  switch (aggregation.func) {
    case 'count':
      return 1;
    case 'sum':
    case 'min':
    case 'max':
    case 'avg': {
      const value = valueAt(event.metadata, aggregation.property);
      return typeof value === 'number' ? value : null;
    }
    case 'unique':
      return uniqueKey(propertyOf(event, aggregation.property));
  }
}

const propertyOf = (event: FilteredEvent, property: string): unknown =>
  property === 'name' || property === 'source' ? event[property] : valueAt(event.metadata, property);

/** `1` and `"1"` are two values. */
function uniqueKey(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return `s${value}`;
    case 'number':
    case 'boolean':
      return `v${value}`;
    default:
      return null;
  }
}

/** Put together one by one; whole numbers are added as such while that is exact. */
export class Tallying {
  count = 0;
  private whole = 0;
  private rest: Big | null = null;
  private least: number | null = null;
  private most: number | null = null;

  add(value: number): void {
    this.count += 1;
    const next = this.whole + value;
    if (Number.isSafeInteger(value) && Number.isSafeInteger(next)) this.whole = next;
    else this.rest = (this.rest ?? new Big(0)).plus(value);
    if (this.least === null || value < this.least) this.least = value;
    if (this.most === null || value > this.most) this.most = value;
  }

  get tally(): Tally {
    const sum = this.rest === null ? String(this.whole) : this.rest.plus(this.whole).toFixed();
    return { count: this.count, sum, min: written(this.least), max: written(this.most) };
  }
}

const written = (value: number | null): string | null => (value === null ? null : new Big(value).toFixed());

export function together(a: Tally, b: Tally): Tally {
  return {
    count: a.count + b.count,
    sum: new Big(a.sum).plus(b.sum).toFixed(),
    min: extreme(a.min, b.min, 'lt'),
    max: extreme(a.max, b.max, 'gt'),
  };
}

function extreme(a: string | null, b: string | null, which: 'lt' | 'gt'): string | null {
  if (a === null || b === null) return a ?? b;
  return new Big(a)[which](b) ? a : b;
}

/** The units of what was counted, as a decimal. A tally of unique values counts each once. An average has 12 decimals. */
export function unitsOf(func: Aggregation['func'], { count, sum, min, max }: Tally): string {
  switch (func) {
    case 'count':
    case 'unique':
      return String(count);
    case 'sum':
      return sum;
    case 'avg':
      return count === 0 ? '0' : new Big(sum).div(count).round(12, Big.roundHalfUp).toFixed();
    case 'min':
      return min ?? '0';
    case 'max':
      return max ?? '0';
  }
}
