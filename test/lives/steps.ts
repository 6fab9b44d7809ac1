/** What can happen in a random life. Each step is plain data, so that a life that fails can be told and made shorter. */
import fc from 'fast-check';
import type { Behavior } from '../../billing/changes.ts';
import { DAY } from '../../billing/periods.ts';
import { OFFER_NAMES, type OfferName } from './offers.ts';
import { DISCOUNT_NAMES, type DiscountName, type StageOptions } from './stage.ts';

/** `slot` chooses among the customer's living subscriptions; lengths of time are in ms from the present. */
type Happening =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'pass'; readonly ms: number }
  /** Just before, at, or just after what is due next. */
  | { readonly kind: 'pass_to_due'; readonly offset: number }
  /** So many units of the meter. */
  | { readonly kind: 'use'; readonly units: number }
  | { readonly kind: 'card'; readonly answers: CardAnswer }
  | { readonly kind: 'buy'; readonly offer: OfferName; readonly seats: number; readonly discount: DiscountName | null }
  | { readonly kind: 'product'; readonly offer: OfferName; readonly behavior: Behavior | null }
  | { readonly kind: 'seats'; readonly seats: number; readonly behavior: Behavior | null }
  | { readonly kind: 'clear_pending' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'uncancel' }
  | { readonly kind: 'revoke' }
  | { readonly kind: 'unpause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'metadata' }
  | { readonly kind: 'pause'; readonly resumesIn: number | null }
  | { readonly kind: 'discount'; readonly discount: DiscountName | null }
  | { readonly kind: 'trial_end'; readonly in: number | 'now' }
  | { readonly kind: 'period_end'; readonly in: number }
  | { readonly kind: 'retry' };

export type CardAnswer = 'pays' | 'insufficient_funds' | 'lost_card';

export type LifeStep = Happening & {
  readonly slot: number;
  /** Each of its writes is tried a second time, as if the first answer had been lost. */
  readonly repeated: boolean;
};

const behavior = fc.constantFrom<Behavior | null>(null, 'invoice', 'prorate', 'next_period', 'reset');
// Usage has the most ways to be billed.
const offer = fc.constantFrom(...OFFER_NAMES, 'metered', 'cycled', 'metered', 'cycled');
const discount = fc.option(fc.constantFrom(...DISCOUNT_NAMES));
const seats = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(1, 10, 11, 1000, 1001));
const days = (most: number) =>
  fc.oneof(
    fc.integer({ min: 1, max: most }).map((count) => count * DAY),
    fc.integer({ min: 1, max: most * 86_400 }).map((count) => count * 1000),
  );
const justAround = fc.constantFrom(-1000, 0, 1000);
const is = <K extends Happening['kind']>(kind: K) => fc.constant(kind);

/** By how often it happens. The first is what a step becomes when a failing life is made shorter. */
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.record({ kind: is('nothing') }) },
  { weight: 20, arbitrary: fc.record({ kind: is('pass'), ms: days(40) }) },
  { weight: 22, arbitrary: fc.record({ kind: is('pass_to_due'), offset: justAround }) },
  { weight: 14, arbitrary: fc.record({ kind: is('use'), units: fc.integer({ min: 0, max: 500 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: is('card'), answers: fc.constant<CardAnswer>('pays') }) },
  { weight: 3, arbitrary: fc.record({ kind: is('card'), answers: fc.constant<CardAnswer>('insufficient_funds') }) },
  { weight: 1, arbitrary: fc.record({ kind: is('card'), answers: fc.constant<CardAnswer>('lost_card') }) },
  { weight: 4, arbitrary: fc.record({ kind: is('buy'), offer, seats, discount }) },
  { weight: 20, arbitrary: fc.record({ kind: is('product'), offer, behavior }) },
  { weight: 16, arbitrary: fc.record({ kind: is('seats'), seats, behavior }) },
  {
    weight: 9,
    arbitrary: fc.record({ kind: fc.constantFrom('clear_pending', 'cancel', 'uncancel', 'metadata') }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('unpause', 'resume') }) },
  { weight: 1, arbitrary: fc.record({ kind: is('revoke') }) },
  { weight: 3, arbitrary: fc.record({ kind: is('pause'), resumesIn: fc.option(days(70)) }) },
  { weight: 6, arbitrary: fc.record({ kind: is('discount'), discount }) },
  { weight: 4, arbitrary: fc.record({ kind: is('trial_end'), in: fc.oneof(days(40), fc.constant('now' as const)) }) },
  { weight: 4, arbitrary: fc.record({ kind: is('period_end'), in: days(50) }) },
  { weight: 5, arbitrary: fc.record({ kind: is('retry') }) },
);

export const lifeStep: fc.Arbitrary<LifeStep> = fc
  .tuple(happening, fc.nat(1), fc.integer({ min: 0, max: 9 }))
  .map(([what, slot, luck]) => ({ ...what, slot, repeated: luck === 9 }));

/** Days on which calendars go wrong are as likely as all others together. */
const startsAt = fc.oneof(
  fc.integer({ min: 0, max: 4 * 365 * 86_400 }).map((seconds) => Date.UTC(2026, 0, 1) + seconds * 1000),
  fc
    .constantFrom('2027-01-29', '2027-01-30', '2027-01-31', '2028-01-31', '2028-02-29', '2027-03-28', '2027-12-31')
    .map((day) => Date.parse(`${day}T02:30:00Z`)),
);

export const stageOptions: fc.Arbitrary<StageOptions> = fc.record({
  startsAt,
  currency: fc.constantFrom('usd', 'jpy', 'kwd'),
  graceDays: fc.constantFrom(0, 7),
  numbering: fc.constantFrom('organization', 'customer'),
  tax: fc.constantFrom('none', 'inclusive', 'exclusive'),
});
