/** What a random life's merchant sells: plans of every kind, two of them with usage beside their price. */
import type { Interval } from '../../billing/periods.ts';
import type { TieredPrice } from '../../billing/tiers.ts';

interface Usage {
  /** Minor units for one unit. */
  readonly unitAmount: string;
  readonly cap: number | null;
  /** Whether it is billed by the month, in a longer period that is paid in advance. */
  readonly isMonthly: boolean;
}

export interface Offer {
  readonly interval: Interval;
  readonly count: number;
  /** Null: free. */
  readonly price: number | TieredPrice | null;
  readonly trialDays: number | null;
  readonly benefits: readonly ('key' | 'chat' | 'quota')[];
  /** Null: usage is not billed. */
  readonly usage: Usage | null;
}

const tiers = [
  { from: 1, upTo: 10, each: 1000 },
  { from: 11, upTo: null, each: 800 },
];
const offer = (price: Offer['price'], more: Partial<Offer> = {}): Offer => ({
  ...{ interval: 'month', count: 1, price, trialDays: null, benefits: ['key'], usage: null },
  ...more,
});

/** Amounts in the smallest steps of the life's currency that a price may have; in dollars and yen the least charge is 50. */
export const OFFERS = {
  lite: offer(500),
  pro: offer(1999, { benefits: ['key', 'chat'] }),
  tiny: offer(60, { benefits: [] }),
  trialed: offer(3000, { trialDays: 14, benefits: ['chat'] }),
  weekly: offer(701, { interval: 'week' }),
  quarterly: offer(5500, { count: 3 }),
  yearly: offer(20_000, { interval: 'year', trialDays: 30, benefits: ['key', 'chat'] }),
  free: offer(null),
  // What is sold by the seat is for whoever claims one; that is told elsewhere.
  team: offer({ mode: 'volume', tiers }, { benefits: [] }),
  crew: offer({ mode: 'graduated', tiers }, { benefits: [] }),
  metered: offer(900, { benefits: ['key', 'quota'], usage: { unitAmount: '1.5', cap: 400, isMonthly: false } }),
  cycled: offer(5000, { count: 3, benefits: [], usage: { unitAmount: '0.75', cap: null, isMonthly: true } }),
} as const;
export type OfferName = keyof typeof OFFERS;
export const OFFER_NAMES = Object.keys(OFFERS) as OfferName[];

/** The meter's, as lines of orders name it. */
export const METER = 'Tokens';
/** Units that the benefit `quota` credits with each period; unused ones go. */
export const QUOTA = 200;
