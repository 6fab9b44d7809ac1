/** What a number of events adds to whom: for each meter and subject one tally, or the values to be looked at. */
import { contributionOf, type Tally, Tallying } from '../billing/aggregations.ts';
import { type FilteredEvent, matches } from '../billing/event-filters.ts';
import type { MeterId, OrganizationId } from '../billing/ids.ts';
import type { MeterTerms } from './known-meters.ts';
import type { Subject } from './subjects.ts';

export interface Owner {
  readonly subject: Subject;
  readonly meterId: MeterId;
  readonly organizationId: OrganizationId;
}

export interface Addition extends Owner {
  readonly tally: Tally;
}

/** What is asked of an event to count it. */
export interface CountedEvent extends FilteredEvent {
  readonly subject: Subject;
}

/** For meters of unique values, which only the database can tell from those seen before. */
export interface SeenValues extends Owner {
  readonly values: ReadonlySet<string>;
}

export class Tallied {
  private readonly numbers = new Map<string, Owner & { readonly tallying: Tallying }>();
  private readonly values = new Map<string, Owner & { readonly values: Set<string> }>();

  /** Whether any of the meters counts it. */
  add(event: CountedEvent, organizationId: OrganizationId, meters: readonly MeterTerms[]): boolean {
    let isCounted = false;
    for (const { id, filter, aggregation } of meters) {
      if (!matches(filter, event)) continue;
      const contribution = contributionOf(aggregation, event);
      if (contribution === null) continue;
      const key = `${event.subject} ${id}`;
      const owner = { subject: event.subject, meterId: id, organizationId };
      if (typeof contribution === 'number') this.numbersOf(key, owner).add(contribution);
      else this.valuesOf(key, owner).add(contribution);
      isCounted = true;
    }
    return isCounted;
  }

  private numbersOf(key: string, owner: Owner): Tallying {
    const found = this.numbers.get(key);
    if (found !== undefined) return found.tallying;
    const tallying = new Tallying();
    this.numbers.set(key, { ...owner, tallying });
    return tallying;
  }

  private valuesOf(key: string, owner: Owner): Set<string> {
    const found = this.values.get(key);
    if (found !== undefined) return found.values;
    const values = new Set<string>();
    this.values.set(key, { ...owner, values });
    return values;
  }

  /** In one order whoever asks, so that of two who write them none waits for the other in a circle. */
  get additions(): Addition[] {
    return ordered(this.numbers).map(({ tallying, ...owner }) => ({ ...owner, tally: tallying.tally }));
  }

  get seenValues(): SeenValues[] {
    return ordered(this.values);
  }
}

const ordered = <T>(map: ReadonlyMap<string, T>): T[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
