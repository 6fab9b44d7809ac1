/** Random meters, plans, events, and what happens among them: for the oracle of usage. */
import fc from 'fast-check';
import type { Condition, Counting, Part, Tree } from './oracle-naive.ts';

export const PEOPLE = ['ada', 'ben', 'cleo', 'dan'] as const;
export type Person = (typeof PEOPLE)[number];

export interface Happening {
  readonly who: Person;
  /** By our id, where there is a customer already. */
  readonly byId: boolean;
  readonly name: string;
  /** ms since 1970; null: left out. */
  readonly timestamp: number | null;
  /** Which of few; null: none. */
  readonly key: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Of one request, to one of several API processes. */
export interface Batch {
  readonly via: number;
  readonly events: readonly Happening[];
}

export interface Plan {
  readonly base: number | null;
  readonly prices: readonly { readonly meter: number; readonly unitAmount: string; readonly cap: number | null }[];
  readonly credits: readonly { readonly meter: number; readonly units: number; readonly rollover: boolean }[];
}

export type Step =
  /** Several at the same moment. */
  | { readonly kind: 'send'; readonly batches: readonly Batch[] }
  /** A renewal on a test clock, while batches come in. */
  | { readonly kind: 'renew'; readonly who: 'ada' | 'ben'; readonly batches: readonly Batch[] }
  /** A renewal in real time, batches before, at and after the end of the period. */
  | { readonly kind: 'end'; readonly after: number; readonly batches: readonly Batch[] }
  | { readonly kind: 'name' }
  /** Ada's subscription ends at once, and her last usage stays owed. */
  | { readonly kind: 'revoke' }
  | { readonly kind: 'appear'; readonly subscribes: boolean }
  | { readonly kind: 'pack'; readonly meter: number; readonly units: number }
  /** A meter that is made while events come in, after others have. */
  | { readonly kind: 'meter'; readonly counting: Counting; readonly batches: readonly Batch[] };

export interface Scenario {
  readonly meters: readonly Counting[];
  readonly plans: readonly [Plan, Plan];
  readonly steps: readonly Step[];
}

export const METERS = 4;

const DAY = 86_400_000;
const MIDNIGHT = Math.floor(Date.now() / DAY) * DAY;
/** Around the buckets' ends; late ones too. */
const TIMES = [0, -1, -1000, -DAY, -DAY - 1, -3.5 * 3_600_000, -40 * DAY].map((ms) => MIDNIGHT + ms);
const NAMES = ['call', 'image', 'käse'];
const TEXTS = ['a', 'b', 'A', 'Ä', '😀', '\uffee', 'a%', 'a_b', '5', 'true', ''];
const NUMBERS = [0, -1, -7, 0.5, 0.000001, 12.345678, -0.25, 123456789.125];
const HUGE = [1e15, 999_999_999_999_999];

/** Most of a size that credits are eaten up by bit by bit. */
const number = fc.oneof(
  { weight: 6, arbitrary: fc.nat(40) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4000 }).map((parts) => parts / 125) },
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 2, arbitrary: fc.nat(2000) },
  { weight: 1, arbitrary: fc.constantFrom(...HUGE) },
);
const value = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.boolean() },
);

const SPARSE = { requiredKeys: [], noNullPrototype: true } satisfies fc.RecordConstraints<never>;
const metadata = fc.record(
  {
    tokens: fc.oneof({ weight: 5, arbitrary: number }, value),
    model: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...TEXTS) }, value),
    ok: fc.boolean(),
    'a.b': value,
    a: fc.record({ b: value }, SPARSE),
    nested: fc.record({ deep: value, deeper: fc.record({ n: value }) }, SPARSE),
    list: fc.array(value, { maxLength: 2 }),
  },
  SPARSE,
);

const happening: fc.Arbitrary<Happening> = fc.record({
  who: fc.constantFrom(...PEOPLE),
  byId: fc.boolean(),
  name: fc.constantFrom(...NAMES),
  timestamp: fc.oneof(fc.constant(null), fc.constantFrom(...TIMES)),
  key: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(11) }),
  metadata,
});
const batch: fc.Arbitrary<Batch> = fc.record({
  via: fc.nat(2),
  events: fc.array(happening, { minLength: 1, maxLength: 8 }),
});
const batches = (maxLength: number) => fc.array(batch, { minLength: 1, maxLength });

const clause: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    property: fc.constantFrom(
      'tokens',
      'metadata.tokens',
      'model',
      'nested.deep',
      'nested.deeper.n',
      'a.b',
      'ok',
      'none',
    ),
    operator: fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'like', 'not_like'),
    value: fc.oneof(fc.integer({ min: -10, max: 1000 }), fc.constantFrom(...TEXTS), fc.boolean()),
  }),
  fc.record({
    property: fc.constantFrom('name', 'source'),
    operator: fc.constantFrom('eq', 'ne', 'like', 'not_like', 'gt'),
    value: fc.constantFrom(...NAMES, 'a', 'user', 'system'),
  }),
  fc.record({
    property: fc.constant('timestamp'),
    operator: fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'like'),
    value: fc.oneof(
      fc.constantFrom(...TIMES).map((at) => new Date(at).toISOString()),
      fc.constantFrom(...TIMES).map((at) => Math.floor(at / 1000)),
    ),
  }),
);
const part = fc.letrec<{ part: Part; tree: Tree }>((tie) => ({
  part: fc.oneof({ maxDepth: 2 }, clause, tie('tree')),
  tree: fc.record({ conjunction: fc.constantFrom('and', 'or'), clauses: fc.array(tie('part'), { maxLength: 3 }) }),
}));
/** Of the merchant's own events alone: those of the product's own depend on what else there is in it. */
const filter = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(clause, { maxLength: 1 }) },
    { weight: 2, arbitrary: fc.array(part.part, { maxLength: 3 }) },
  )
  .map(
    (clauses): Tree => ({
      conjunction: 'and',
      clauses: [{ property: 'source', operator: 'eq', value: 'user' }, ...clauses],
    }),
  );
const aggregation = fc.oneof(
  fc.constant({ func: 'count' }),
  { weight: 4, arbitrary: numeric() },
  fc.record({
    func: fc.constant('unique'),
    property: fc.constantFrom('model', 'tokens', 'name', 'nested.deep', 'a.b'),
  }),
);
function numeric() {
  return fc.record({
    func: fc.oneof({ weight: 2, arbitrary: fc.constant('sum') }, fc.constantFrom('min', 'max', 'avg')),
    property: fc.constantFrom('tokens', 'tokens', 'tokens', 'metadata.tokens', 'nested.deep', 'nested.deeper.n', 'a.b'),
  });
}
const counting: fc.Arbitrary<Counting> = fc.record({ filter, aggregation });

const meter = fc.nat(METERS - 1);
/** No period of it costs more than a card takes. */
const price = fc.oneof(
  fc.record({
    meter,
    unitAmount: fc.constantFrom('0.02', '1', '2.5', '0.333333333333', '100'),
    cap: fc.constantFrom(0, 700, 100_000, 5_000_000),
  }),
  fc.record({ meter, unitAmount: fc.constantFrom('0.000000000001', '0.0000000125'), cap: fc.constant(null) }),
);
const plan: fc.Arbitrary<Plan> = fc.record({
  base: fc.constantFrom(null, 500, 2900),
  prices: fc.uniqueArray(price, { minLength: 1, maxLength: 3, selector: (each) => each.meter }),
  credits: fc.array(fc.record({ meter, units: fc.constantFrom(1, 30, 100, 1000, 5000), rollover: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send'), batches: batches(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('renew'),
      who: fc.constantFrom('ada', 'ben'),
      batches: fc.oneof(fc.constant([]), batches(3)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('end'), after: fc.integer({ min: 150, max: 500 }), batches: batches(6) }),
  },
  fc.record({ kind: fc.constant('name') }),
  fc.record({ kind: fc.constant('revoke') }),
  fc.record({ kind: fc.constant('appear'), subscribes: fc.boolean() }),
  fc.record({ kind: fc.constant('pack'), meter, units: fc.constantFrom(2, 50, 500) }),
  fc.record({ kind: fc.constant('meter'), counting, batches: batches(2) }),
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  meters: fc.array(counting, { minLength: METERS, maxLength: METERS }),
  plans: fc.tuple(plan, plan),
  steps: fc.array(step, { minLength: 5, maxLength: 12, size: 'max' }),
});
