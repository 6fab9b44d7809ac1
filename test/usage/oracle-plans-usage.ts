/** What is used in a scenario of plans: events of any age, some of them sent twice, and what meters take of them. */
import fc from 'fast-check';
import type { Filter } from '../../billing/event-filters.ts';
import { DAY } from './oracle-arithmetic.ts';
import type { Sent } from './oracle-naive.ts';

export interface Used {
  readonly tokens: number;
  readonly model: 'large' | 'small';
  /** How long before it is sent, in ms. */
  readonly ago: number;
  /** The merchant's own id: whoever sends it again sends what they sent before. */
  readonly key: number | null;
}

/** Of one request, which one of several processes answers. */
export interface Batch {
  readonly via: number;
  readonly events: readonly Used[];
}

/** An event as it is sent. */
export interface Keyed extends Sent {
  readonly key: number | null;
}

/** What was sent so far, by which a key is known again. */
export class Sending {
  private readonly kept = new Map<number, Sent>();

  /** Of these batches: what they say, and which of it is new. */
  of(batches: readonly Batch[], now: number): { sent: (readonly Keyed[])[]; fresh: Sent[]; late: number } {
    const fresh: Sent[] = [];
    const sent = batches.map(({ events }) =>
      events.map(({ tokens, model, ago, key }): Keyed => {
        const known = key === null ? undefined : this.kept.get(key);
        const event = known ?? { name: 'call', timestamp: now - ago, metadata: { tokens, model } };
        if (known === undefined) fresh.push(event);
        if (key !== null) this.kept.set(key, event);
        return { ...event, key };
      }),
    );
    return { sent, fresh, late: fresh.filter(({ timestamp }) => timestamp < now).length };
  }
}

const used: fc.Arbitrary<Used> = fc.record({
  tokens: fc.oneof(
    fc.nat(900),
    fc.integer({ min: 1, max: 4000 }).map((parts) => parts / 8),
  ),
  model: fc.constantFrom('large', 'large', 'small'),
  ago: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 70 * 24 }).map((hours) => (hours * DAY) / 24) },
  ),
  key: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(9) }),
});
export const batch: fc.Arbitrary<Batch> = fc.record({
  via: fc.nat(2),
  events: fc.array(used, { minLength: 1, maxLength: 4 }),
});
export const batches: fc.Arbitrary<readonly Batch[]> = fc.oneof(
  { weight: 3, arbitrary: fc.array(batch, { minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.array(batch, { minLength: 2, maxLength: 3 }) },
  // Sent again before it was answered, and to somebody else.
  { weight: 1, arbitrary: batch.map((once) => [once, { ...once, via: once.via + 1 }]) },
);

const and = (...clauses: Filter['clauses']): Filter => ({ conjunction: 'and', clauses });
/** Of the merchant's own events; most meters count all of them. */
export const filterFrom = (startsAt: number): fc.Arbitrary<Filter> => {
  const isLarge = { property: 'model', operator: 'eq', value: 'large' } as const;
  const isMuch = { property: 'metadata.tokens', operator: 'gt', value: 300 } as const;
  const recently = new Date(startsAt - 10 * DAY).toISOString();
  const isRecent = { property: 'timestamp', operator: 'gte', value: recently } as const;
  const isEither: Filter = { conjunction: 'or', clauses: [isLarge, isMuch] };
  return fc.constantFrom(and(), and(), and(isLarge), and(isRecent), isEither);
};
