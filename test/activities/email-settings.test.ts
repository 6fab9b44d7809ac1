/** Each kind of e-mail to customers: written once where it is on, not at all where it is off. */
import { randomUUID } from 'node:crypto';
import { snapshotOf } from '../../activities/email/terms.ts';
import { type EmailToWrite, writeEmail } from '../../activities/email/write.ts';
import type { OrderId, PaymentMethodId, PriceId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import { CUSTOMER_EMAIL_KINDS, Email } from '../../db/entities/email.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { OutboxMessage } from '../../db/entities/outbox.ts';
import { PaymentMethod, type PaymentMethodRow } from '../../db/entities/payment-method.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aShop, type Shop } from './shop.ts';

type Kind = (typeof CUSTOMER_EMAIL_KINDS)[number];

const AT = new Date('2027-04-01T00:00:00Z');
const NEXT = new Date('2027-05-01T00:00:00Z');

let database: FreshDatabase;
let shop: Shop;
beforeAll(async () => {
  database = await freshDatabase();
  shop = await aShop(database.orm);
});
afterAll(() => database[Symbol.asyncDispose]());

interface Things {
  readonly subscription: SubscriptionRow;
  readonly order: OrderRow;
  readonly card: PaymentMethodRow;
}

async function things(em: EntityManager): Promise<Things> {
  const { organizationId: organization, customerId: customer } = shop;
  const product = em.create(Product, { id: randomUUID() as ProductId, createdAt: AT, organization, name: 'Fern Pro' });
  const price = em.create(Price, {
    ...{ id: randomUUID() as PriceId, createdAt: AT, product },
    ...{ amountType: 'fixed', currency: 'usd', amount: 2000 },
  });
  const subscription = em.create(Subscription, {
    ...{ id: randomUUID() as SubscriptionId, createdAt: AT, organization, customer, product, price },
    ...{ status: 'active', amount: 2000, currency: 'usd', recurringInterval: 'month', recurringIntervalCount: 1 },
    ...{ anchor: AT, cycle: 1, currentPeriodStart: AT, currentPeriodEnd: NEXT },
  });
  const order = em.create(Order, {
    ...{ id: randomUUID() as OrderId, createdAt: AT, organization, customer, product, subscription },
    ...{ status: 'paid', billingReason: 'subscription_cycle', currency: 'usd', description: 'Fern Pro' },
    ...{ subtotalAmount: 2000, netAmount: 2000, totalAmount: 2000, nextPaymentAttemptAt: NEXT },
  });
  const card = em.create(PaymentMethod, {
    ...{ id: randomUUID() as PaymentMethodId, createdAt: AT, customer, stripeId: `pm_${randomUUID()}`, type: 'card' },
    ...{ brand: 'visa', last4: '4242', expMonth: 4, expYear: 2027 },
  });
  await em.flush();
  return { subscription, order, card } as Things;
}

async function emailOf(em: EntityManager, kind: Kind, { subscription, order, card }: Things): Promise<EmailToWrite> {
  switch (kind) {
    case 'order_confirmation':
      return { kind, order, at: AT };
    case 'payment_method_expiration_reminder':
      return { kind, card, at: AT };
    case 'subscription_cycled':
    case 'subscription_cycled_after_trial':
      return { kind, subscription, order, at: AT };
    case 'subscription_past_due':
      return { kind, subscription, order, benefitsEndAt: null, at: AT };
    case 'subscription_revoked':
      return { kind, subscription, isUnpaid: false, at: AT };
    case 'subscription_renewal_reminder':
    case 'subscription_trial_conversion_reminder':
      return { kind, subscription, due: 2000, at: AT };
    case 'subscription_updated': {
      const { terms } = await snapshotOf(em, subscription);
      return { kind, subscription, before: { terms: { ...terms, amount: 500 }, pendingChangeId: null }, at: AT };
    }
    default:
      return { kind, subscription, at: AT };
  }
}

/** Those of one kind that a transaction has written, with the organization's switch as given. */
async function written(kind: Kind, setting: boolean | undefined) {
  const customerEmailSettings = setting === undefined ? {} : { [kind]: setting };
  await database.orm.em.fork().nativeUpdate(Organization, shop.organizationId, { customerEmailSettings });
  await database.orm.em.fork().nativeDelete(Email, { organization: shop.organizationId });
  await database.orm.em.fork().transactional(async (em) => {
    await writeEmail(em, await emailOf(em, kind, await things(em)));
  });
  return database.orm.em.fork().find(Email, { organization: shop.organizationId });
}

describe.each(CUSTOMER_EMAIL_KINDS)('%s', (kind) => {
  it.each([[true], [undefined]])('is written once where its switch is %s, and will be sent', async (setting) => {
    const [email, ...more] = await written(kind, setting);
    expect(more).toEqual([]);
    expect(email).toMatchObject({ kind, recipient: 'ada@example.com', createdAt: AT, sentAt: null });
    expect(email?.text).toContain(kind === 'payment_method_expiration_reminder' ? 'Visa ending in 4242' : 'Fern Pro');
    expect(email?.html).toContain('Example Software');
    const { em } = database.orm;
    expect(await em.fork().count(OutboxMessage, { topic: 'email', subjectId: email?.id ?? '' })).toBe(1);
  });

  it('is not written where it is off', async () => {
    expect(await written(kind, false)).toEqual([]);
  });
});

it('nothing is written where the transaction comes to nothing', async () => {
  await database.orm.em.fork().nativeUpdate(Organization, shop.organizationId, { customerEmailSettings: {} });
  const count = () => database.orm.em.fork().count(Email, { organization: shop.organizationId });
  const before = await count();
  const failing = database.orm.em.fork().transactional(async (em) => {
    await writeEmail(em, await emailOf(em, 'subscription_paused', await things(em)));
    throw new Error('The step fails after all.');
  });
  await expect(failing).rejects.toThrow('after all');
  expect(await count()).toBe(before);
});
