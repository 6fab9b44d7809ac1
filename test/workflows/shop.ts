/** What a life begins with: an organization, a product, a customer and a checkout paid by card. */

import { randomUUID } from 'node:crypto';
import { PORTAL_DEFAULTS } from '../../api/organizations/defaults.ts';
import type {
  BenefitId,
  CheckoutId,
  CustomerId,
  MeterId,
  OrganizationId,
  PriceId,
  ProductId,
} from '../../billing/ids.ts';
import type { Interval } from '../../billing/periods.ts';
import { Benefit } from '../../db/entities/benefit.ts';
import { Checkout, type CheckoutRow } from '../../db/entities/checkout.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Meter } from '../../db/entities/meter.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Price, type PriceRow } from '../../db/entities/price.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { ConfirmOutcome } from '../../workflows/checkout.messages.ts';
import type { World } from './world.ts';

/** What is sold, and on which terms. */
export interface Offer {
  /** Minor units of US dollars; 0: free. Default 2000. */
  readonly price?: number;
  /** Default: every month. */
  readonly every?: Interval;
  readonly everyCount?: number;
  readonly trialDays?: number;
  /** How often what is used, at a cent for a unit, is billed besides. */
  readonly usageEvery?: Interval;
  /** Days for which benefits outlive the first failed charge. Default 0. */
  readonly gracePeriod?: number;
}

export interface Opened {
  readonly checkoutId: CheckoutId;
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  readonly expiresAt: number;
}

const CHECKOUT_LIVES = 24 * 60 * 60_000;

/** A shop of its own with one product, and a checkout for it that a customer has opened at `at`. */
export async function openCheckout(world: World, offer: Offer, at: number): Promise<Opened> {
  const { price: amount = 2000, every = 'month', everyCount = 1, trialDays, usageEvery, gracePeriod = 0 } = offer;
  const em = world.orm.em.fork();
  const createdAt = new Date(at);
  const organization = em.create(Organization, {
    id: randomUUID() as OrganizationId,
    createdAt,
    name: 'Example Software',
    slug: `example-${randomUUID()}`,
    invoicePrefix: 'EXAMPLE',
    subscriptionSettings: {
      allow_multiple_subscriptions: false,
      proration_behavior: 'prorate',
      benefit_revocation_grace_period: gracePeriod,
      prevent_trial_abuse: false,
      allow_customer_updates: true,
    },
    customerEmailSettings: {},
    customerPortalSettings: PORTAL_DEFAULTS,
  });
  const product = em.create(Product, {
    id: randomUUID() as ProductId,
    createdAt,
    organization,
    name: 'Pro',
    recurringInterval: every,
    recurringIntervalCount: everyCount,
    ...(usageEvery === undefined ? {} : { meterInterval: usageEvery, meterIntervalCount: 1 }),
    ...(trialDays === undefined ? {} : { trialInterval: 'day' as const, trialIntervalCount: trialDays }),
  });
  const benefit = em.create(Benefit, {
    id: randomUUID() as BenefitId,
    createdAt,
    organization,
    type: 'custom',
    description: 'A seat at the table',
    properties: { note: null },
  });
  product.benefits.add(benefit);
  const price = em.create(Price, {
    id: randomUUID() as PriceId,
    createdAt,
    product,
    amountType: amount === 0 ? 'free' : 'fixed',
    currency: 'usd',
    amount,
  });
  const usage = usageEvery === undefined ? null : usageOf(em, product as ProductRow, createdAt);
  const customer = em.create(Customer, {
    id: randomUUID() as CustomerId,
    createdAt,
    organization,
    email: 'ada@example.com',
    name: 'Ada Example',
  });
  const checkout: CheckoutRow = em.create(Checkout, {
    id: randomUUID() as CheckoutId,
    createdAt,
    organization,
    clientSecret: `polar_c_${randomUUID()}`,
    expiresAt: new Date(at + CHECKOUT_LIVES),
    productIds: [product.id],
    product,
    price,
    currency: 'usd',
    amount,
    customer,
    customerEmail: customer.email,
    meteredPriceIds: usage === null ? [] : [usage.id],
  });
  await em.flush();
  return {
    checkoutId: checkout.id,
    organizationId: organization.id,
    customerId: customer.id,
    expiresAt: at + CHECKOUT_LIVES,
  };
}

function usageOf(em: EntityManager, product: ProductRow, createdAt: Date): PriceRow {
  const meter = em.create(Meter, {
    ...{
      id: randomUUID() as MeterId,
      createdAt,
      organization: product.organization,
      name: 'Units',
      countsFrom: createdAt,
    },
    ...{ filter: { conjunction: 'and', clauses: [] }, aggregation: { func: 'sum', property: 'units' } },
  });
  return em.create(Price, {
    ...{ id: randomUUID() as PriceId, createdAt, product, amountType: 'metered_unit', currency: 'usd', amount: 0 },
    ...{ position: 1, unitAmount: '1', meter },
  });
}

/** Presses Pay; `card` is a test card's name at the processor, null where nothing is to be paid. */
export async function pay(world: World, opened: Opened, card: string | null): Promise<ConfirmOutcome> {
  const { checkoutId, organizationId, expiresAt } = opened;
  const confirmationToken = card === null ? null : await tokenOf(world, card);
  const start = { checkoutId, expiresAt, clockNow: null, underWay: null };
  return world.processes.confirmCheckout(checkoutId, organizationId, start, { confirmationToken });
}

/** What the buyer's browser makes of a test card, for one press of Pay. */
export async function tokenOf(world: World, card: string): Promise<string> {
  return (await world.stripe.testHelpers.confirmationTokens.create({ payment_method: card })).id;
}
