/** What a shop of plans sells, as rows: its meters, benefits, products and discounts; and a customer on a clock of their own. */
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
import { Benefit } from '../../db/entities/benefit.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Discount } from '../../db/entities/discount.ts';
import { Meter } from '../../db/entities/meter.ts';
import { Organization, type OrganizationRow } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { BENEFITS, DISCOUNTS, METERS, type Plan, type Scenario } from './oracle-plans-scenario.ts';

const IS_MERCHANTS = { property: 'source', operator: 'eq', value: 'user' } as const;

export type Stall = Awaited<ReturnType<typeof aStall>>;

export async function aStall(em: EntityManager, { startsAt, graceDays, tax, filters, plans }: Scenario) {
  const createdAt = new Date(startsAt);
  const organization = em.create(Organization, {
    ...{ id: randomUUID() as OrganizationId, createdAt, name: 'Example Shop', slug: `shop-${randomUUID()}` },
    ...{ invoicePrefix: 'EXAMPLE', invoiceNumbering: 'organization' },
    subscriptionSettings: {
      allow_multiple_subscriptions: true,
      proration_behavior: 'prorate',
      benefit_revocation_grace_period: graceDays,
      prevent_trial_abuse: false,
      allow_customer_updates: true,
    },
    ...{ customerEmailSettings: {}, customerPortalSettings: PORTAL_DEFAULTS, country: 'DE' },
    defaultTaxBehavior: tax === 'none' ? 'location' : tax,
    taxRegistrations: tax === 'none' ? [] : ['DE'],
  });
  const testClock = em.create(TestClock, {
    ...{ id: randomUUID() as TestClockId, createdAt, organization, name: 'A life', frozenTime: createdAt },
  });
  const customer = em.create(Customer, {
    ...{ id: randomUUID() as CustomerId, createdAt, organization, email: 'ada@example.com', testClock },
    ...{ billingAddress: { country: 'DE' }, defaultPaymentMethodId: randomUUID() as PaymentMethodId },
  });
  const meters = METERS.map(({ name, aggregation }, i) =>
    em.create(Meter, {
      ...{ id: randomUUID() as MeterId, createdAt, organization, name, aggregation, thresholds: [] },
      filter: { conjunction: 'and', clauses: [IS_MERCHANTS, ...filters.slice(i, i + 1)] },
      countsFrom: new Date(0),
    }),
  );
  const benefits = BENEFITS.map(({ meter, units, rollover }) =>
    em.create(Benefit, {
      ...{ id: randomUUID() as BenefitId, createdAt, organization, type: 'meter_credit', description: 'Units' },
      properties: { meter_id: meters[meter]?.id, units, rollover },
    }),
  );
  const products = plans.map((plan, nr) => aProduct(em, { organization, createdAt, meters, benefits }, plan, nr));
  const discounts = DISCOUNTS.map((each) => {
    const id = randomUUID() as DiscountId;
    const { name, duration, months } = each;
    const terms =
      'off' in each
        ? { type: 'fixed' as const, amounts: { usd: each.off }, currency: 'usd' }
        : { type: 'percentage' as const, basisPoints: each.percent * 100 };
    const lasts = { duration, durationInMonths: duration === 'repeating' ? months : null };
    em.create(Discount, { id, createdAt, organization, name, ...terms, ...lasts });
    return id;
  });
  await em.flush();
  // Whoever writes events reads the meters again.
  await em.execute('update usage_epoch set version = version + 1');
  const ids = { organizationId: organization.id, customerId: customer.id, clockId: testClock.id };
  return { ...ids, products, discounts };
}

interface Wares {
  readonly organization: OrganizationRow;
  readonly createdAt: Date;
  readonly meters: readonly { readonly id: MeterId }[];
  readonly benefits: readonly { readonly id: BenefitId }[];
}

function aProduct(em: EntityManager, { organization, createdAt, meters, benefits }: Wares, plan: Plan, nr: number) {
  const product = em.create(Product, {
    ...{ id: randomUUID() as ProductId, createdAt, organization, name: `Plan ${nr}` },
    ...{ recurringInterval: 'month', recurringIntervalCount: plan.months },
    ...(plan.meterMonths === null ? {} : { meterInterval: 'month' as const, meterIntervalCount: plan.meterMonths }),
    ...(plan.trialDays === null ? {} : { trialInterval: 'day' as const, trialIntervalCount: plan.trialDays }),
  });
  for (const each of plan.benefits) {
    const benefit = benefits[each];
    if (benefit) product.benefits.add(em.getReference(Benefit, benefit.id));
  }
  const sold = (position: number) => {
    const id = randomUUID() as PriceId;
    return { id, createdAt, product, position, currency: 'usd' };
  };
  const { base, isBySeats } = plan;
  const tiers = [{ from: 1, upTo: null, each: base ?? 0 }];
  const ofPeriod = base === null ? [] : [{ ...sold(0), amount: base }];
  for (const price of ofPeriod) {
    if (isBySeats) em.create(Price, { ...price, amountType: 'seat_based', seatTiers: { mode: 'volume', tiers } });
    else em.create(Price, { ...price, amountType: 'fixed' });
  }
  const ofUsage = plan.prices.map(({ meter, unitAmount, cap }, i) => {
    const price = { ...sold(i + 1), amount: 0, amountType: 'metered_unit' as const, unitAmount, capAmount: cap };
    em.create(Price, { ...price, meter: em.getReference(Meter, meters[meter]?.id ?? ('' as MeterId)) });
    return price;
  });
  const [first] = [...ofPeriod, ...ofUsage];
  if (first === undefined) throw new Error('A plan without a price.');
  return { id: product.id, priceId: first.id, meteredPriceIds: ofUsage.map(({ id }) => id) };
}
