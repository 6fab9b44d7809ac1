/** A trial is refused once the card is known: also where the answer that says so was lost. */
import { randomUUID } from 'node:crypto';
import { checkoutActivities } from '../../activities/checkouts/index.ts';
import type {
  CheckoutId,
  OrderId,
  OrganizationId,
  PaymentId,
  PriceId,
  ProductId,
  SubscriptionId,
} from '../../billing/ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Order } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { aDatabaseForLives, type LivesDatabase } from '../lives/database.ts';
import { aShop } from './shop.ts';

let database: LivesDatabase;
beforeAll(async () => {
  database = await aDatabaseForLives();
});
afterAll(() => database[Symbol.asyncDispose]());

async function aCheckoutWithTrial(organizationId: OrganizationId): Promise<CheckoutId> {
  const em = database.deps.orm.em.fork();
  const organization = await em.findOneOrFail(Organization, organizationId);
  const settings = { prevent_trial_abuse: true, allow_multiple_subscriptions: true };
  organization.subscriptionSettings = { ...organization.subscriptionSettings, ...settings };
  const createdAt = new Date();
  const product = em.create(Product, {
    id: randomUUID() as ProductId,
    createdAt,
    organization,
    name: 'Fern',
    recurringInterval: 'month',
    recurringIntervalCount: 1,
    trialInterval: 'day',
    trialIntervalCount: 14,
  });
  const terms = { amountType: 'fixed' as const, currency: 'usd', amount: 1000 };
  const price = em.create(Price, { id: randomUUID() as PriceId, createdAt, product, ...terms });
  const checkout = em.create(Checkout, {
    id: randomUUID() as CheckoutId,
    createdAt,
    organization,
    clientSecret: `polar_c_${randomUUID()}`,
    expiresAt: new Date(createdAt.getTime() + 86_400_000),
    productIds: [product.id],
    product,
    price,
    currency: 'usd',
    amount: 1000,
    customerEmail: 'ada@example.com',
  });
  await em.flush();
  return checkout.id;
}

it('delivers nothing, however often it is tried', async () => {
  const { deps } = database;
  const { organizationId } = await aShop(deps.orm);
  const { prepareCheckout, deliverCheckout } = checkoutActivities(deps);
  const at = Date.now();
  const pressed = async () => {
    const checkoutId = await aCheckoutWithTrial(organizationId);
    const attemptId = randomUUID() as PaymentId;
    expect(await prepareCheckout({ checkoutId, attemptId, hasCard: true, at })).toMatchObject({ kind: 'setup' });
    const ids = { subscriptionId: randomUUID() as SubscriptionId, orderId: randomUUID() as OrderId };
    return { checkoutId, paymentId: null, ...ids, at };
  };
  const [first, second] = [await pressed(), await pressed()];
  expect(await deliverCheckout(first)).toMatchObject({ subscriptionId: first.subscriptionId });
  for (const _ of ['said', 'said again, as the answer was lost']) {
    expect(await deliverCheckout(second)).toMatchObject({ subscriptionId: null, isTrialRefused: true });
  }
  const em = deps.orm.em.fork();
  expect(await em.findOneOrFail(Checkout, second.checkoutId)).toMatchObject({ status: 'open', allowTrial: false });
  expect([await em.count(Subscription), await em.count(Order)]).toEqual([1, 1]);
});
