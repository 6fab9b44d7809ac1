/** Metered prices, credits and customers' meters, asked for by the peer's published SDK. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

async function items<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T[]> {
  for await (const page of await pages) return page.result.items;
  return [];
}

it('a life of usage: meter, price, credits, events, balance, state, preview and portal', async () => {
  const meter = await polar.meters.create({
    name: 'Tokens',
    filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] },
    aggregation: { func: 'sum', property: 'tokens' },
  });
  const product = await polar.products.create({
    name: 'Fern AI',
    recurringInterval: 'month',
    prices: [
      { amountType: 'fixed', priceAmount: 500, priceCurrency: 'usd' },
      { amountType: 'metered_unit', priceCurrency: 'usd', meterId: meter.id, unitAmount: '0.02', capAmount: 9000 },
    ],
  });
  expect(product.prices).toMatchObject([
    { amountType: 'fixed', priceAmount: 500 },
    { amountType: 'metered_unit', unitAmount: '0.02', capAmount: 9000, meterId: meter.id, meter: { name: 'Tokens' } },
  ]);
  const benefit = await polar.benefits.create({
    ...{ type: 'meter_credit' as const, description: 'Tokens' },
    properties: { units: 1000, rollover: true, meterId: meter.id },
  });
  expect(benefit).toMatchObject({
    type: 'meter_credit',
    properties: { units: 1000, rollover: true, meterId: meter.id },
  });
  await polar.products.updateBenefits({ id: product.id, productBenefitsUpdate: { benefits: [benefit.id] } });
  const externalId = randomUUID();
  const customer = await polar.customers.create({ email: `${externalId}@example.com`, externalId });
  const checkout = await polar.checkouts.create({ products: [product.id], customerId: customer.id });
  expect(checkout.prices?.[product.id]).toHaveLength(2);
  await polar.checkouts.clientConfirm({
    clientSecret: checkout.clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard() },
  });
  const events = [{ name: 'call', externalCustomerId: externalId, metadata: { tokens: 1500 } }];
  expect(await polar.events.ingest({ events })).toMatchObject({ inserted: 1 });

  const mine = await eventually(async () => {
    const [found] = await items(polar.customerMeters.list({ externalCustomerId: externalId }));
    return found?.creditedUnits === 1000 ? found : undefined;
  });
  expect(mine).toMatchObject({
    consumedUnits: 1500,
    balance: -500,
    customer: { id: customer.id },
    meter: { id: meter.id },
  });
  expect(await polar.customerMeters.get({ id: mine.id })).toEqual(mine);
  expect(await polar.customers.getState({ id: customer.id })).toMatchObject({
    activeMeters: [{ meterId: meter.id, consumedUnits: 1500, creditedUnits: 1000, balance: -500 }],
    activeSubscriptions: [{ meters: [{ meterId: meter.id, amount: 10 }] }],
    grantedBenefits: [{ benefitType: 'meter_credit' }],
  });
  const [subscription] = await items(polar.subscriptions.list({ customerId: customer.id }));
  expect(subscription).toMatchObject({
    prices: [{ amountType: 'fixed' }, { amountType: 'metered_unit', unitAmount: '0.02' }],
    meters: [{ meterId: meter.id, consumedUnits: 1500, creditedUnits: 1000, amount: 10, meter: { name: 'Tokens' } }],
  });
  expect(await polar.subscriptions.get({ id: subscription?.id ?? '' })).toEqual(subscription);
  const [grant] = await items(polar.benefits.grants({ id: benefit.id }));
  // The SDK itself drops the properties: it takes the first of its shapes, in which all may be missing.
  expect(grant).toMatchObject({ isGranted: true });

  const { token: customerSession } = await polar.customerSessions.create({ customerId: customer.id });
  const portal = polar.customerPortal;
  const [seen] = await items(portal.customerMeters.list({ customerSession }, {}));
  expect(seen).toMatchObject({ id: mine.id, consumedUnits: 1500, balance: -500, meter: { name: 'Tokens' } });
  expect(await portal.customerMeters.get({ customerSession }, { id: mine.id })).toEqual(seen);
  const [theirs] = await items(portal.subscriptions.list({ customerSession }, {}));
  expect(theirs).toMatchObject({ meters: [{ consumedUnits: 1500, amount: 10 }] });
  const [held] = await items(portal.benefitGrants.list({ customerSession }, {}));
  expect(held).toMatchObject({ benefit: { type: 'meter_credit' }, properties: { lastCreditedUnits: 1000 } });
});

it('a year paid in advance, its usage billed by the month and paid from a wallet', async () => {
  const meter = await polar.meters.create({
    name: 'Tokens',
    filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] },
    aggregation: { func: 'sum', property: 'tokens' },
  });
  const product = await polar.products.create({
    name: 'Fern AI by the year',
    recurringInterval: 'year',
    meterInterval: 'month',
    prices: [
      { amountType: 'fixed', priceAmount: 6000, priceCurrency: 'usd' },
      { amountType: 'metered_unit', priceCurrency: 'usd', meterId: meter.id, unitAmount: '0.02' },
    ],
  });
  expect(product).toMatchObject({ recurringInterval: 'year', meterInterval: 'month', meterIntervalCount: 1 });
  expect(await polar.products.get({ id: product.id })).toEqual(product);
  const clock = await running.made(token, 'POST', '/v1/test-clocks/', {
    ...{ name: 'A year', frozen_time: '2027-04-01T00:00:00Z' },
  });
  const customer = await running.made(token, 'POST', '/v1/customers/', {
    ...{ email: `${randomUUID()}@example.com`, test_clock_id: clock.id },
  });
  await running.made(token, 'POST', `/v1/customers/${customer.id}/balances`, {
    ...{ type: 'usage', currency: 'usd', amount: 400, reason: 'Prepaid', idempotency_key: randomUUID() },
  });
  const checkout = await polar.checkouts.create({ products: [product.id], customerId: customer.id });
  await polar.checkouts.clientConfirm({
    clientSecret: checkout.clientSecret,
    checkoutConfirmStripe: { confirmationTokenId: await running.aCard() },
  });
  await polar.events.ingest({ events: [{ name: 'call', customerId: customer.id, metadata: { tokens: 50_000 } }] });
  await running.made(token, 'POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2027-05-10T00:00:00Z' });
  const order = await eventually(async () =>
    (await items(polar.orders.list({ customerId: customer.id }))).find(
      ({ billingReason, paid }) => billingReason === 'subscription_meter_cycle' && paid,
    ),
  );
  expect(order).toMatchObject({ totalAmount: 1000, appliedBalanceAmount: -400, product: { meterInterval: 'month' } });
  const [subscription] = await items(polar.subscriptions.list({ customerId: customer.id }));
  expect(subscription).toMatchObject({
    currentPeriodEnd: new Date('2028-04-01'),
    currentMeterPeriodStart: new Date('2027-05-01'),
    currentMeterPeriodEnd: new Date('2027-06-01'),
  });
  const session = await polar.customerSessions.create({ customerId: customer.id });
  const wallets = await items(polar.customerPortal.wallets.list({ customerSession: session.token }, {}));
  expect(wallets).toMatchObject([{ balance: 0, currency: 'usd' }]);
  expect(await items(polar.customerPortal.subscriptions.list({ customerSession: session.token }, {}))).toMatchObject([
    { currentMeterPeriodEnd: new Date('2027-06-01') },
  ]);
});

it('a meter cycle that is no even part of the billing interval is refused, and one that is set stays', async () => {
  const yearly = {
    ...{ name: 'Uneven', recurringInterval: 'year' as const },
    prices: [{ amountType: 'fixed' as const, priceAmount: 6000, priceCurrency: 'usd' as const }],
  };
  for (const uneven of [
    { meterInterval: 'week' as const },
    { meterInterval: 'month' as const, meterIntervalCount: 5 },
  ]) {
    await expect(polar.products.create({ ...yearly, ...uneven })).rejects.toMatchObject({ statusCode: 422 });
  }
  const quarterly = await polar.products.create({ ...yearly, meterInterval: 'month', meterIntervalCount: 3 });
  const path = `/v1/products/${quarterly.id}`;
  const changed = (body: object) => running.call(token, 'PATCH', path, body);
  expect((await changed({ meter_interval: 'month', meter_interval_count: 3, name: 'Still uneven' })).status).toBe(200);
  expect((await changed({ meter_interval_count: 1 })).status).toBe(422);
  expect((await changed({ meter_interval: null })).status).toBe(422);
});
