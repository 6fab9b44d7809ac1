/** The stage of a random life: a merchant with products and discounts of every kind, and a customer on their own clock. */

import { randomUUID } from 'node:crypto';
import { PORTAL_DEFAULTS } from '../../api/organizations/defaults.ts';
import type {
  BenefitId,
  CustomerId,
  DiscountId,
  OrganizationId,
  PaymentMethodId,
  PriceId,
  ProductId,
  TestClockId,
} from '../../billing/ids.ts';
import type { Interval } from '../../billing/periods.ts';
import type { TieredPrice } from '../../billing/tiers.ts';
import { Benefit } from '../../db/entities/benefit.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Discount } from '../../db/entities/discount.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import type { EntityManager } from '../../db/orm.ts';

interface Offer {
  readonly interval: Interval;
  readonly count: number;
  /** Null: free. */
  readonly price: number | TieredPrice | null;
  readonly trialDays: number | null;
  readonly benefits: readonly ('key' | 'chat')[];
}

const tiers = [
  { from: 1, upTo: 10, each: 1000 },
  { from: 11, upTo: null, each: 800 },
];
const offer = (price: Offer['price'], more: Partial<Offer> = {}): Offer => ({
  ...{ interval: 'month', count: 1, price, trialDays: null, benefits: ['key'] },
  ...more,
});

/** Amounts in minor units of the life's currency, in which the least charge is 50. */
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
} as const;
export type OfferName = keyof typeof OFFERS;
export const OFFER_NAMES = Object.keys(OFFERS) as OfferName[];

const REDUCTIONS = {
  half: { type: 'percentage', basisPoints: 5000, duration: 'forever' },
  third: { type: 'percentage', basisPoints: 3333, duration: 'once' },
  gift: { type: 'percentage', basisPoints: 10_000, duration: 'repeating', durationInMonths: 3 },
  amount: { type: 'fixed', duration: 'repeating', durationInMonths: 2 },
  rare: { type: 'percentage', basisPoints: 1000, duration: 'once', maxRedemptions: 1 },
} as const;
export type DiscountName = keyof typeof REDUCTIONS;
export const DISCOUNT_NAMES = Object.keys(REDUCTIONS) as DiscountName[];

export interface StageOptions {
  readonly currency: 'usd' | 'jpy' | 'kwd';
  readonly graceDays: 0 | 7;
  readonly numbering: 'organization' | 'customer';
  readonly startsAt: number;
  /** Whether 19 % are part of the prices, added to them, or not collected. */
  readonly tax: 'none' | 'inclusive' | 'exclusive';
}

export interface Sold {
  readonly id: ProductId;
  readonly priceId: PriceId;
}

export interface Stage extends StageOptions {
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  readonly clockId: TestClockId;
  readonly products: Readonly<Record<OfferName, Sold>>;
  readonly discounts: Readonly<Record<DiscountName, DiscountId>>;
}

export async function aStage(em: EntityManager, options: StageOptions): Promise<Stage> {
  const createdAt = new Date(options.startsAt);
  const organization = em.create(Organization, {
    ...{ id: randomUUID() as OrganizationId, createdAt, name: 'Example Shop', slug: `shop-${randomUUID()}` },
    ...{ invoicePrefix: 'EXAMPLE', invoiceNumbering: options.numbering },
    subscriptionSettings: {
      allow_multiple_subscriptions: true,
      proration_behavior: 'prorate',
      benefit_revocation_grace_period: options.graceDays,
      prevent_trial_abuse: false,
      allow_customer_updates: true,
    },
    ...{ customerEmailSettings: {}, customerPortalSettings: PORTAL_DEFAULTS, country: 'DE' },
    defaultTaxBehavior: options.tax === 'none' ? 'location' : options.tax,
    taxRegistrations: options.tax === 'none' ? [] : ['DE'],
  });
  const testClock = em.create(TestClock, {
    ...{ id: randomUUID() as TestClockId, createdAt, organization, name: 'A life', frozenTime: createdAt },
  });
  const defaultPaymentMethodId = randomUUID() as PaymentMethodId;
  const customer = em.create(Customer, {
    ...{ id: randomUUID() as CustomerId, createdAt, organization, email: 'ada@example.com', testClock },
    ...{ billingAddress: { country: 'DE' }, defaultPaymentMethodId },
  });
  const aBenefit = (description: string) =>
    em.create(Benefit, {
      ...{ id: randomUUID() as BenefitId, createdAt, organization, type: 'custom', description, properties: {} },
    });
  const benefits = { key: aBenefit('A key'), chat: aBenefit('A chat') };
  const products = Object.fromEntries(
    OFFER_NAMES.map((name) => {
      const { interval, count, price, trialDays, benefits: held }: Offer = OFFERS[name];
      const product = em.create(Product, {
        ...{ id: randomUUID() as ProductId, createdAt, organization, name },
        ...{ recurringInterval: interval, recurringIntervalCount: count },
        ...(trialDays === null ? {} : { trialInterval: 'day' as const, trialIntervalCount: trialDays }),
      });
      for (const benefit of held) product.benefits.add(benefits[benefit]);
      const isTiered = typeof price === 'object' && price !== null;
      const priceId = randomUUID() as PriceId;
      em.create(Price, {
        ...{ id: priceId, createdAt, product, currency: options.currency },
        amountType: price === null ? 'free' : isTiered ? 'seat_based' : 'fixed',
        amount: isTiered ? (price.tiers[0]?.each ?? 0) : (price ?? 0),
        seatTiers: isTiered ? price : null,
      });
      return [name, { id: product.id, priceId }];
    }),
  ) as Record<OfferName, Sold>;
  const discounts = Object.fromEntries(
    DISCOUNT_NAMES.map((name) => {
      const id = randomUUID() as DiscountId;
      const amounts = name === 'amount' ? { amounts: { [options.currency]: 700 }, currency: options.currency } : {};
      em.create(Discount, { ...{ id, createdAt, organization, name }, ...REDUCTIONS[name], ...amounts });
      return [name, id];
    }),
  ) as Record<DiscountName, DiscountId>;
  await em.flush();
  const ids = { organizationId: organization.id, customerId: customer.id, clockId: testClock.id };
  return { ...options, ...ids, products, discounts };
}
