/** The stage of a random life: a merchant with products and discounts of every kind, and a customer on their own clock. */

import { randomUUID } from 'node:crypto';
import { PORTAL_DEFAULTS } from '../../api/organizations/defaults.ts';
import type {
  BenefitId,
  CustomerId,
  DiscountId,
  MeterId,
  OrganizationId,
  PaymentMethodId,
  PriceId,
  ProductId,
  TestClockId,
} from '../../billing/ids.ts';
import { stepOf } from '../../billing/processor-amounts.ts';
import { Benefit } from '../../db/entities/benefit.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Discount } from '../../db/entities/discount.ts';
import { Meter } from '../../db/entities/meter.ts';
import { Organization, type OrganizationRow } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { METER, OFFER_NAMES, OFFERS, type Offer, type OfferName, QUOTA } from './offers.ts';

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
  /** None where usage is not billed. */
  readonly meteredPriceIds: readonly PriceId[];
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
  const meter = em.create(Meter, {
    ...{ id: randomUUID() as MeterId, createdAt, organization, name: METER, thresholds: [], countsFrom: new Date(0) },
    aggregation: { func: 'sum', property: 'tokens' },
    filter: { conjunction: 'and', clauses: [{ property: 'source', operator: 'eq', value: 'user' }] },
  });
  const quota = em.create(Benefit, {
    ...{ id: randomUUID() as BenefitId, createdAt, organization, type: 'meter_credit', description: 'A quota' },
    properties: { meter_id: meter.id, units: QUOTA, rollover: false },
  });
  const benefits = { key: aBenefit('A key'), chat: aBenefit('A chat'), quota };
  const wares = { organization, createdAt, currency: options.currency, benefits, meter };
  const products = Object.fromEntries(OFFER_NAMES.map((name) => [name, aProduct(em, wares, name)])) as Record<
    OfferName,
    Sold
  >;
  const discounts = Object.fromEntries(
    DISCOUNT_NAMES.map((name) => {
      const id = randomUUID() as DiscountId;
      const amounts =
        name === 'amount'
          ? { amounts: { [options.currency]: 700 * stepOf(options.currency) }, currency: options.currency }
          : {};
      em.create(Discount, { ...{ id, createdAt, organization, name }, ...REDUCTIONS[name], ...amounts });
      return [name, id];
    }),
  ) as Record<DiscountName, DiscountId>;
  await em.flush();
  // Whoever writes events reads the meters again.
  await em.execute('update usage_epoch set version = version + 1');
  const ids = { organizationId: organization.id, customerId: customer.id, clockId: testClock.id };
  return { ...options, ...ids, products, discounts };
}

interface Wares {
  readonly organization: OrganizationRow;
  readonly createdAt: Date;
  readonly currency: StageOptions['currency'];
  readonly benefits: Readonly<Record<Offer['benefits'][number], { readonly id: BenefitId }>>;
  readonly meter: { readonly id: MeterId };
}

function aProduct(
  em: EntityManager,
  { organization, createdAt, currency, benefits, meter }: Wares,
  name: OfferName,
): Sold {
  const { interval, count, price, trialDays, benefits: held, usage }: Offer = OFFERS[name];
  const product = em.create(Product, {
    ...{ id: randomUUID() as ProductId, createdAt, organization, name },
    ...{ recurringInterval: interval, recurringIntervalCount: count },
    ...(usage?.isMonthly ? { meterInterval: 'month' as const, meterIntervalCount: 1 } : {}),
    ...(trialDays === null ? {} : { trialInterval: 'day' as const, trialIntervalCount: trialDays }),
  });
  for (const benefit of held) product.benefits.add(em.getReference(Benefit, benefits[benefit].id));
  const isTiered = typeof price === 'object' && price !== null;
  const step = stepOf(currency);
  const priceId = randomUUID() as PriceId;
  em.create(Price, {
    ...{ id: priceId, createdAt, product, currency },
    amountType: price === null ? 'free' : isTiered ? 'seat_based' : 'fixed',
    amount: (isTiered ? (price.tiers[0]?.each ?? 0) : (price ?? 0)) * step,
    seatTiers: isTiered ? { ...price, tiers: price.tiers.map((tier) => ({ ...tier, each: tier.each * step })) } : null,
  });
  if (usage === null) return { id: product.id, priceId, meteredPriceIds: [] };
  const meteredPriceId = randomUUID() as PriceId;
  em.create(Price, {
    ...{ id: meteredPriceId, createdAt, product, position: 1, currency, amount: 0, amountType: 'metered_unit' },
    ...{ unitAmount: usage.unitAmount, capAmount: usage.cap, meter: em.getReference(Meter, meter.id) },
  });
  return { id: product.id, priceId, meteredPriceIds: [meteredPriceId] };
}
