/** Metered prices, credits and customers' meters, asked for by the peer's published SDK. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;

beforeAll(async () => {
  running = await startRunning();
  const { token } = await running.aMerchant();
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
