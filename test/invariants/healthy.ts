/** A shop with one customer and one paid subscription, on which everything agrees. */

import { randomUUID } from 'node:crypto';
import { createOrder, numberInvoice } from '../../activities/orders/create.ts';
import { payOrder } from '../../activities/orders/pay.ts';
import { beginSubscription } from '../../activities/subscriptions/create.ts';
import { PORTAL_DEFAULTS } from '../../api/organizations/defaults.ts';
import type {
  BenefitId,
  CheckoutId,
  CustomerId,
  LicenseKeyId,
  OrderId,
  OrganizationId,
  PaymentId,
  PriceId,
  ProductId,
  SubscriptionId,
  TestClockId,
} from '../../billing/ids.ts';
import { taxedOrder } from '../../billing/order-tax.ts';
import type { Line } from '../../billing/orders.ts';
import { Benefit } from '../../db/entities/benefit.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer } from '../../db/entities/customer.ts';
import { LicenseKey } from '../../db/entities/license-key.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { PricedOrder } from '../../db/pricing.ts';

export interface Healthy {
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  readonly orderId: OrderId;
}

export interface HealthyOptions {
  /** What their test clock shows; none: they live in real time. */
  readonly clockShows?: Date;
  readonly invoiceNumbering?: 'organization' | 'customer';
}

export async function aHealthyShop(
  em: EntityManager,
  { clockShows, invoiceNumbering = 'organization' }: HealthyOptions = {},
): Promise<Healthy> {
  const at = clockShows ?? new Date();
  const organization = em.create(Organization, {
    id: randomUUID() as OrganizationId,
    createdAt: at,
    name: 'Example Shop',
    slug: `shop-${randomUUID()}`,
    invoicePrefix: 'EXAMPLE',
    invoiceNumbering,
    subscriptionSettings: {
      allow_multiple_subscriptions: false,
      proration_behavior: 'prorate',
      benefit_revocation_grace_period: 0,
      prevent_trial_abuse: false,
      allow_customer_updates: true,
    },
    customerEmailSettings: {},
    customerPortalSettings: PORTAL_DEFAULTS,
  });
  const testClock = clockShows
    ? em.create(TestClock, {
        id: randomUUID() as TestClockId,
        createdAt: new Date(),
        organization,
        name: 'A clock',
        frozenTime: clockShows,
      })
    : null;
  const benefit = em.create(Benefit, {
    id: randomUUID() as BenefitId,
    createdAt: at,
    organization,
    type: 'license_keys',
    description: 'A key',
    properties: {},
  });
  const product = em.create(Product, {
    id: randomUUID() as ProductId,
    createdAt: at,
    organization,
    name: 'Pro',
    recurringInterval: 'month',
    recurringIntervalCount: 1,
  });
  product.benefits.add(benefit);
  const priceId = randomUUID() as PriceId;
  const price = em.create(Price, {
    ...{ id: priceId, createdAt: at, product, amountType: 'fixed' as const, currency: 'usd', amount: 2000 },
  });
  const customer = em.create(Customer, {
    ...{ id: randomUUID() as CustomerId, createdAt: at, organization, email: 'ada@example.com', testClock },
  });
  const checkoutId = randomUUID() as CheckoutId;
  const checkout = em.create(Checkout, {
    id: checkoutId,
    createdAt: at,
    organization,
    clientSecret: `polar_c_${checkoutId}`,
    status: 'succeeded',
    expiresAt: at,
    productIds: [product.id],
    product,
    price,
    currency: 'usd',
    amount: 2000,
    customer,
  });
  await em.flush();
  const subscription = await beginSubscription(em, {
    ...{ id: randomUUID() as SubscriptionId, customer, product, price, checkoutId, trial: null, meteredPrices: [] },
    ...{ amount: 2000, seats: null },
    ...{ metadata: {}, customFieldData: {}, at },
  });
  const grant = await em.findOneOrFail(BenefitGrant, { subscription: subscription.id });
  Object.assign(grant, { grantedAt: at, doneVersion: grant.version });
  em.create(LicenseKey, {
    ...{ id: randomUUID() as LicenseKeyId, createdAt: at, organization, customer, benefit, grant, key: randomUUID() },
  });
  const order = await createOrder(em, {
    ...{ id: randomUUID() as OrderId, customer, product, subscription, cycle: 1, checkoutId },
    ...{ billingReason: 'subscription_create' as const, currency: 'usd', seats: null, metadata: {}, at },
    priced: untaxed([{ label: 'Pro', amount: 2000, priceId, proration: false }]),
  });
  const payment = em.create(Payment, {
    ...{ id: randomUUID() as PaymentId, createdAt: at, organization, customer, checkout, attempt: 1 },
    ...{ trigger: 'purchase' as const, amount: 2000, currency: 'usd', processorFee: 88, begunAt: new Date() },
  });
  await em.flush();
  await payOrder(em, order, payment, at);
  await numberInvoice(em, order);
  await em.flush();
  return { organizationId: organization.id, customerId: customer.id, orderId: order.id };
}

/** Lines of an order that nothing is taxed of. */
export function untaxed(lines: readonly Line[]): PricedOrder {
  const taxable = lines.map((line) => ({ ...line, behavior: 'inclusive' as const }));
  const answers = taxable.some(({ amount }) => amount !== 0) ? [{ tax: 0, rates: [] }] : [];
  const buyer = { address: null, place: null, taxId: null, evidence: null };
  return { ...taxedOrder(taxable, 0, answers), buyer, calculationId: null };
}
