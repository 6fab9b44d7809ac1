/** What letters tell of a subscription. Amounts in minor units of its currency. */
import type { Interval } from '../billing/periods.ts';
import type { Fact } from './letter.ts';
import { recurring, seatsOf, type Words } from './words.ts';

export interface SubscriptionFacts {
  readonly productName: string;
  /** Of a period, before discounts. */
  readonly amount: number;
  readonly currency: string;
  readonly seats: number | null;
  readonly interval: Interval;
  readonly intervalCount: number;
  readonly currentPeriodEnd: Date;
  readonly trialEnd: Date | null;
}

type Priced = Pick<SubscriptionFacts, 'amount' | 'currency' | 'interval' | 'intervalCount'>;

/** "$20.00 a month". */
export function priceOf({ amount, currency, interval, intervalCount }: Priced, words: Words): string {
  return amount === 0 ? 'Free' : `${words.money(amount, currency)} ${recurring(interval, intervalCount)}`;
}

/** What it is, for how many, and at which price. */
export function termsOf(subscription: SubscriptionFacts, words: Words): Fact[] {
  const { productName, seats } = subscription;
  return [
    ['Subscription', productName],
    ...(seats === null ? [] : [['For', seatsOf(seats)] as const]),
    ['Price', priceOf(subscription, words)],
  ];
}

export const becauseSubscribed = (seller: { readonly name: string }): string =>
  `You get this e-mail because you have a subscription with ${seller.name}.`;
