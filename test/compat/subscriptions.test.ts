/** Subscriptions that pause and change, asked by the peer's published SDK. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  token = merchant.token;
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

const usd = (priceAmount: number) => [{ amountType: 'fixed' as const, priceAmount, priceCurrency: 'usd' as const }];
const anEmail = () => `ada-${randomUUID()}@example.com`;
const monthly = (name: string, price = 2000) =>
  polar.products.create({ name, recurringInterval: 'month', prices: usd(price) });

/** A list's first page. */
async function items<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T[]> {
  for await (const page of await pages) return page.result.items;
  return [];
}

async function bought(price = 2000, card = 'pm_card_visa') {
  const benefit = await polar.benefits.create({ type: 'license_keys', description: 'A key', properties: {} });
  const product = await monthly('Fern Pro', price);
  await polar.products.updateBenefits({ id: product.id, productBenefitsUpdate: { benefits: [benefit.id] } });
  const customer = await polar.customers.create({ email: anEmail(), externalId: randomUUID() });
  const checkout = await polar.checkouts.create({ products: [product.id], customerId: customer.id });
  await polar.checkouts.clientConfirm({
    clientSecret: checkout.clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard(card) },
  });
  const [subscription] = await items(polar.subscriptions.list({ customerId: customer.id }));
  if (subscription === undefined) throw new Error('nothing was bought');
  return { benefit, product, customer, checkout, subscription };
}

it('subscriptions that pause', async () => {
  const { subscription } = await bought();
  const { id } = subscription;
  const paused = await polar.subscriptions.update({ id, subscriptionUpdate: { pauseAtPeriodEnd: true } });
  expect([paused.status, paused.pauseAtPeriodEnd, paused.pausedAt]).toEqual(['active', true, null]);
  const back = await polar.subscriptions.update({ id, subscriptionUpdate: { pauseAtPeriodEnd: false } });
  expect(back.pauseAtPeriodEnd).toBe(false);
  const running = polar.subscriptions.update({ id, subscriptionUpdate: { resume: true } });
  await expect(running).rejects.toMatchObject({ statusCode: 422 });
});

it('subscriptions that change', async () => {
  const { subscription, benefit } = await bought();
  const { id } = subscription;
  const pro = await monthly('Fern Max', 4000);
  await polar.products.updateBenefits({ id: pro.id, productBenefitsUpdate: { benefits: [benefit.id] } });
  const pending = await polar.subscriptions.update({
    id,
    subscriptionUpdate: { productId: pro.id, prorationBehavior: 'next_period' },
  });
  expect(pending.pendingUpdate).toMatchObject({ productId: pro.id, appliesAt: subscription.currentPeriodEnd });
  const cleared = await polar.subscriptions.update({ id, subscriptionUpdate: { pendingUpdate: null } });
  expect(cleared.pendingUpdate).toBeNull();
  const changed = await polar.subscriptions.update({
    id,
    subscriptionUpdate: { productId: pro.id, prorationBehavior: 'invoice' },
  });
  expect([changed.product.id, changed.amount]).toEqual([pro.id, 4000]);
  const orders = await items(polar.orders.list({ productId: pro.id }));
  expect(orders.map(({ billingReason, status }) => [billingReason, status])).toEqual([['subscription_update', 'paid']]);
  await polar.subscriptions.update({ id, subscriptionUpdate: { productId: subscription.productId } });

  const failing = await bought(2000, 'pm_card_chargeCustomerFail');
  const declined = polar.subscriptions.update({
    id: failing.subscription.id,
    subscriptionUpdate: { productId: pro.id, prorationBehavior: 'reset' },
  });
  await expect(declined).rejects.toMatchObject({ statusCode: 402, error: 'PaymentFailed' });
});
