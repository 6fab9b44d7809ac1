/** Random plans, usage, and what their subscribers do: for the oracle of plans. */
import fc from 'fast-check';
import { DAY } from './oracle-arithmetic.ts';
import type { Counting } from './oracle-naive.ts';

/** All of them count the same events. */
export const METERS = [
  { name: 'Tokens', aggregation: { func: 'sum', property: 'tokens' } },
  { name: 'Calls', aggregation: { func: 'count' } },
  { name: 'Peak', aggregation: { func: 'max', property: 'tokens' } },
] as const;
export const countingOf = (meter: number): Counting => ({
  filter: { conjunction: 'and', clauses: [] },
  aggregation: METERS[meter]?.aggregation ?? { func: 'count' },
});

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

export type Behavior = 'invoice' | 'prorate' | 'next_period' | 'reset';
export type Happening =
  | { readonly kind: 'pass'; readonly ms: number }
  /** To what is due next, and some more. */
  | { readonly kind: 'pass_to_due'; readonly beyond: number }
  | { readonly kind: 'use'; readonly tokens: readonly number[] }
  | { readonly kind: 'buy'; readonly plan: number }
  | { readonly kind: 'change'; readonly plan: number; readonly behavior: Behavior }
  | { readonly kind: 'seats'; readonly seats: number; readonly behavior: Behavior }
  | { readonly kind: 'card'; readonly pays: boolean }
  | { readonly kind: 'discount'; readonly discount: number | null }
  | { readonly kind: 'give'; readonly to: 'billing' | 'usage'; readonly amount: number }
  | { readonly kind: 'pause'; readonly resumesIn: number | null }
  | {
      readonly kind: 'cancel' | 'uncancel' | 'revoke' | 'unpause' | 'resume' | 'retry' | 'trial_now' | 'clear_pending';
    };
export type Step = Happening & { readonly slot: number };

export interface Scenario {
  readonly startsAt: number;
  readonly graceDays: 0 | 7;
  readonly plans: readonly Plan[];
  readonly steps: readonly Step[];
}

const price = fc.record({
  meter: fc.nat(METERS.length - 1),
  unitAmount: fc.constantFrom('0.02', '0.333', '1', '2.5', '40'),
  cap: fc.constantFrom(null, null, 700, 20_000),
});
const plan: fc.Arbitrary<Plan> = fc
  .record({
    base: fc.constantFrom(null, 500, 1999, 2900, 12_000),
    isBySeats: fc.integer({ min: 0, max: 5 }).map((luck) => luck === 5),
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
const tokens = fc.array(
  fc.oneof(
    fc.nat(900),
    fc.integer({ min: 1, max: 4000 }).map((parts) => parts / 8),
  ),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const is = <K extends Happening['kind']>(kind: K) => fc.constant(kind);
const PLANS = 4;
const which = fc.nat(PLANS - 1);

/** By how often it happens. */
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: is('pass'), ms: days(40) }) },
  { weight: 12, arbitrary: fc.record({ kind: is('pass_to_due'), beyond: fc.constantFrom(0, 0, DAY) }) },
  { weight: 22, arbitrary: fc.record({ kind: is('use'), tokens }) },
  { weight: 3, arbitrary: fc.record({ kind: is('buy'), plan: which }) },
  { weight: 10, arbitrary: fc.record({ kind: is('change'), plan: which, behavior }) },
  { weight: 2, arbitrary: fc.record({ kind: is('seats'), seats: fc.integer({ min: 1, max: 9 }), behavior }) },
  { weight: 4, arbitrary: fc.record({ kind: is('card'), pays: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: is('discount'), discount: fc.option(fc.nat(DISCOUNTS.length - 1)) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: is('give'),
      to: fc.constantFrom('billing', 'usage', 'usage'),
      amount: fc.constantFrom(30, 400, 2500),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: is('pause'), resumesIn: fc.option(days(30)) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'uncancel', 'unpause', 'resume', 'resume') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('revoke', 'clear_pending', 'trial_now', 'retry') }) },
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  startsAt: fc.constantFrom('2027-01-31T02:30:00Z', '2027-04-01T00:00:00Z', '2028-02-29T23:00:00Z').map(Date.parse),
  graceDays: fc.constantFrom(0, 7),
  plans: fc.array(plan, { minLength: PLANS, maxLength: PLANS }),
  steps: fc.array(
    fc.tuple(happening, fc.nat(1)).map(([what, slot]) => ({ ...what, slot })),
    { minLength: 25, maxLength: 25 },
  ),
});
