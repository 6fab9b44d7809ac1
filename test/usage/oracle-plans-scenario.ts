/** Random plans, and what their subscribers do: for the oracle of plans. What they use is of oracle-plans-usage.ts. */
import fc from 'fast-check';
import type { Filter } from '../../billing/event-filters.ts';
import { DAY } from './oracle-arithmetic.ts';
import type { Counting } from './oracle-naive.ts';
import { type Batch, batch, batches, filterFrom } from './oracle-plans-usage.ts';

export const METERS = [
  { name: 'Tokens', aggregation: { func: 'sum', property: 'tokens' } },
  { name: 'Calls', aggregation: { func: 'count' } },
  { name: 'Peak', aggregation: { func: 'max', property: 'tokens' } },
] as const;

export interface Benefit {
  readonly meter: number;
  readonly units: number;
  readonly rollover: boolean;
}
/** At most one of each kind for a meter, so that which of them is used first is told by the rules. */
export const BENEFITS: readonly Benefit[] = [
  { meter: 0, units: 1000, rollover: false },
  { meter: 0, units: 300, rollover: true },
  { meter: 1, units: 2, rollover: false },
  { meter: 2, units: 700, rollover: true },
];

export interface Price {
  readonly meter: number;
  readonly unitAmount: string;
  readonly cap: number | null;
}

export interface Plan {
  /** For a period, or for a seat of one; null: nothing but usage. */
  readonly base: number | null;
  readonly isBySeats: boolean;
  /** Of a billing period, and of a meter period where that is shorter. */
  readonly months: 1 | 3 | 12;
  readonly meterMonths: 1 | null;
  readonly trialDays: number | null;
  readonly prices: readonly Price[];
  /** Numbers of benefits. */
  readonly benefits: readonly number[];
}

export const DISCOUNTS = [
  { name: 'half', percent: 50, duration: 'forever', months: 0 },
  { name: 'third', percent: 33, duration: 'once', months: 0 },
  { name: 'gift', percent: 20, duration: 'repeating', months: 3 },
  { name: 'amount', off: 700, duration: 'repeating', months: 2 },
] as const;

/** Whether 19 % are part of the prices, added to them, or not collected. */
export type Tax = 'none' | 'inclusive' | 'exclusive';

export type Behavior = 'invoice' | 'prorate' | 'next_period' | 'reset';
/** Times are in ms from the present. */
export type Happening =
  | { readonly kind: 'pass'; readonly ms: number }
  /** To what is due next, and some more. */
  | { readonly kind: 'pass_to_due'; readonly beyond: number }
  /** All of them at the same moment. */
  | { readonly kind: 'use'; readonly batches: readonly Batch[] }
  | { readonly kind: 'buy'; readonly plan: number; readonly usesBalance: boolean }
  | { readonly kind: 'upgrade'; readonly plan: number; readonly usesBalance: boolean }
  | { readonly kind: 'change'; readonly plan: number; readonly behavior: Behavior }
  | { readonly kind: 'seats'; readonly seats: number; readonly behavior: Behavior }
  | { readonly kind: 'card'; readonly pays: boolean }
  | { readonly kind: 'discount'; readonly discount: number | null }
  | { readonly kind: 'give'; readonly to: 'billing' | 'usage'; readonly amount: number }
  | { readonly kind: 'pause'; readonly resumesIn: number | null }
  | { readonly kind: 'period_end' | 'trial_end'; readonly in: number }
  /** What it waits for, whatever that is: the end of its trial or its pause, a payment; or what was set is taken back. */
  | { readonly kind: 'hurry' }
  | { readonly kind: 'cancel' | 'revoke' };

/** What comes in while a step is taken, so many ms after its beginning in real time. */
export interface Meanwhile {
  readonly batch: Batch;
  readonly after: number;
}
export type Step = Happening & { readonly slot: number; readonly meanwhile: Meanwhile | null };

export interface Scenario {
  readonly startsAt: number;
  readonly graceDays: 0 | 7;
  readonly tax: Tax;
  /** Of the meters. */
  readonly filters: readonly Filter[];
  readonly plans: readonly Plan[];
  readonly steps: readonly Step[];
}

export const countingsOf = ({ filters }: Pick<Scenario, 'filters'>): Counting[] =>
  METERS.map(({ aggregation }, i) => ({ filter: filters[i] ?? { conjunction: 'and', clauses: [] }, aggregation }));

const price = fc.record({
  meter: fc.nat(METERS.length - 1),
  unitAmount: fc.constantFrom('0.02', '0.333', '1', '2.5', '40'),
  cap: fc.constantFrom(null, null, 700, 20_000),
});
const plan: fc.Arbitrary<Plan> = fc
  .record({
    base: fc.constantFrom(null, null, 500, 1999, 2900, 12_000),
    isBySeats: fc.integer({ min: 0, max: 2 }).map((luck) => luck === 2),
    length: fc.constantFrom<Pick<Plan, 'months' | 'meterMonths'>>(
      ...[{ months: 1, meterMonths: null } as const, { months: 1, meterMonths: null } as const],
      ...[{ months: 3, meterMonths: null } as const, { months: 3, meterMonths: 1 } as const],
      ...[{ months: 12, meterMonths: 1 } as const],
    ),
    trialDays: fc.constantFrom(null, null, null, null, 10, 40),
    prices: fc.uniqueArray(price, { minLength: 0, maxLength: 3, selector: (each) => each.meter }),
    benefits: fc.uniqueArray(fc.nat(BENEFITS.length - 1), { maxLength: 3 }),
  })
  .map(({ length, ...given }) => ({
    ...given,
    ...length,
    isBySeats: given.isBySeats && given.base !== null,
    // Who holds a seat has the benefits: told elsewhere.
    benefits: given.isBySeats ? [] : given.benefits,
    // What is free has nobody to pay.
    base: given.base === null && given.prices.length === 0 ? 500 : given.base,
  }));

const days = (most: number) => fc.integer({ min: 1, max: most * 24 }).map((hours) => (hours * DAY) / 24);
const behavior = fc.constantFrom<Behavior>('invoice', 'prorate', 'next_period', 'reset');
const is = <K extends Happening['kind']>(kind: K) => fc.constant(kind);
const PLANS = 4;
const which = fc.nat(PLANS - 1);
const atCheckout = { plan: which, usesBalance: fc.boolean() };

/** By how often it happens. */
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: is('pass'), ms: days(40) }) },
  { weight: 13, arbitrary: fc.record({ kind: is('pass_to_due'), beyond: fc.constantFrom(0, 0, DAY) }) },
  { weight: 18, arbitrary: fc.record({ kind: is('use'), batches }) },
  { weight: 3, arbitrary: fc.record({ kind: is('buy'), ...atCheckout }) },
  { weight: 3, arbitrary: fc.record({ kind: is('upgrade'), ...atCheckout }) },
  { weight: 9, arbitrary: fc.record({ kind: is('change'), plan: which, behavior }) },
  { weight: 6, arbitrary: fc.record({ kind: is('seats'), seats: fc.integer({ min: 1, max: 9 }), behavior }) },
  { weight: 5, arbitrary: fc.record({ kind: is('card'), pays: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: is('discount'), discount: fc.option(fc.nat(DISCOUNTS.length - 1), { freq: 2 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: is('give'),
      to: fc.constantFrom('billing', 'usage', 'usage'),
      amount: fc.constantFrom(30, 400, 2500),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: is('pause'), resumesIn: fc.option(days(30)) }) },
  { weight: 4, arbitrary: fc.record({ kind: is('period_end'), in: days(50) }) },
  { weight: 2, arbitrary: fc.record({ kind: is('trial_end'), in: days(50) }) },
  { weight: 9, arbitrary: fc.record({ kind: is('hurry') }) },
  { weight: 3, arbitrary: fc.record({ kind: is('cancel') }) },
  { weight: 2, arbitrary: fc.record({ kind: is('revoke') }) },
);

const meanwhile: fc.Arbitrary<Meanwhile | null> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.record({ batch, after: fc.nat(120) }) },
);

const START = fc.constantFrom('2027-01-31T02:30:00Z', '2027-04-01T00:00:00Z', '2028-02-29T23:00:00Z').map(Date.parse);
export const scenario: fc.Arbitrary<Scenario> = START.chain((startsAt) =>
  fc.record({
    startsAt: fc.constant(startsAt),
    graceDays: fc.constantFrom(0, 7),
    tax: fc.constantFrom('none', 'inclusive', 'exclusive'),
    filters: fc.tuple(...METERS.map(() => filterFrom(startsAt))),
    plans: fc.array(plan, { minLength: PLANS, maxLength: PLANS }),
    steps: fc.array(
      fc.tuple(happening, fc.nat(1), meanwhile).map(([what, slot, also]) => ({ ...what, slot, meanwhile: also })),
      { minLength: 25, maxLength: 25 },
    ),
  }),
);
