/** Wallets, prices of a checkout's own, upgrades and the one trial, asked for by the peer's published SDK. */
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const priced = (priceAmount: number) => [{ amountType: 'fixed' as const, priceAmount, priceCurrency: 'usd' as const }];

async function merchant() {
  const { token, organization } = await running.aMerchant();
  return { token, organization, polar: new Polar({ accessToken: token, serverURL: running.api }) };
}

it('a balance is a wallet of its customer’s', async () => {
  const { token, polar } = await merchant();
  const customer = await polar.customers.create({ email: 'ada@example.com' });
  const gift = { currency: 'usd', amount: 300, reason: 'An outage', idempotency_key: 'outage' };
  await running.made(token, 'POST', `/v1/customers/${customer.id}/balances`, gift);
  const { token: customerSession } = await polar.customerSessions.create({ customerId: customer.id });
  for await (const { result } of await polar.customerPortal.wallets.list({ customerSession }, {})) {
    expect(result.items).toMatchObject([{ balance: 300, currency: 'usd', customerId: customer.id }]);
    const [first] = result.items;
    expect(await polar.customerPortal.wallets.get({ customerSession }, { id: first?.id ?? '' })).toEqual(first);
  }
});

it('a checkout has prices of its own, and a second trial is refused by name', async () => {
  const { token, organization, polar } = await merchant();
  const settings = { ...organization.subscription_settings, prevent_trial_abuse: true };
  const path = `/v1/organizations/${organization.id}`;
  await running.made(token, 'PATCH', path, {
    subscription_settings: { ...settings, allow_multiple_subscriptions: true },
  });
  const product = await polar.products.create({
    ...{ name: 'Fern', recurringInterval: 'month' as const, prices: priced(2000) },
    ...{ trialInterval: 'day' as const, trialIntervalCount: 14 },
  });
  const pay = async () => {
    const checkout = await polar.checkouts.create({ products: [product.id], prices: { [product.id]: priced(700) } });
    expect([checkout.amount, checkout.productPrice?.source]).toEqual([700, 'ad_hoc']);
    const checkoutConfirmStripe = { customerEmail: 'ada@example.com', confirmationTokenId: await running.aCard() };
    return polar.checkouts.clientConfirm({ clientSecret: checkout.clientSecret, checkoutConfirmStripe });
  };
  expect((await pay()).status).toBe('confirmed');
  await expect(pay()).rejects.toMatchObject({ error: 'TrialAlreadyRedeemed', statusCode: 403 });
});

it('a checkout makes a paid subscription of a free one', async () => {
  const { token, polar } = await merchant();
  const prices = [{ amount_type: 'free', price_currency: 'usd' }];
  const free = await running.made(token, 'POST', '/v1/products/', {
    name: 'Moss',
    recurring_interval: 'month',
    prices,
  });
  const paid = await polar.products.create({ name: 'Fern', recurringInterval: 'month', prices: priced(2000) });
  const customer = await polar.customers.create({ email: 'bob@example.com' });
  const { id } = await polar.subscriptions.create({ productId: free.id, customerId: customer.id });
  const checkout = await polar.checkouts.create({ products: [paid.id], subscriptionId: id });
  expect([checkout.subscriptionId, checkout.customerId]).toEqual([id, customer.id]);
  const checkoutConfirmStripe = { confirmationTokenId: await running.aCard() };
  await polar.checkouts.clientConfirm({ clientSecret: checkout.clientSecret, checkoutConfirmStripe });
  expect(await polar.subscriptions.get({ id })).toMatchObject({ productId: paid.id, amount: 2000, status: 'active' });
  for await (const { result } of await polar.orders.list({ customerId: customer.id })) {
    expect(result.items).toMatchObject([{ billingReason: 'subscription_update', subscriptionId: id, paid: true }]);
  }
  const again = polar.checkouts.create({ products: [paid.id], subscriptionId: id });
  await expect(again).rejects.toMatchObject({ statusCode: 422 });
});
