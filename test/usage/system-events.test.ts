/** What the product does itself stands among the events, in the peer's shapes, and is counted like any other. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Polar } from '@polar-sh/sdk';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let token: string;
let polar: Polar;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());
beforeEach(async () => {
  ({ token } = await running.aMerchant());
  polar = new Polar({ accessToken: token, serverURL: running.api });
});

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const recorded = async (customerId: string) => {
  const { items } = await polar.events.list({ source: 'system', customerId, limit: 100, sorting: ['timestamp'] });
  return items;
};

const isGrant = ({ name }: { readonly name: string }) => name === 'benefit.granted';

async function aSubscriber(externalId?: string) {
  const clock = await make('/v1/test-clocks/', { name: 'A year', frozen_time: '2027-01-31T00:00:00Z' });
  const benefit = await make('/v1/benefits/', { type: 'custom', description: 'A note', properties: {} });
  const product = await make('/v1/products/', {
    ...{ name: 'Fern Pro', recurring_interval: 'month' },
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
  });
  await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, external_id: externalId, test_clock_id: clock.id });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [subscription] = (await running.made(token, 'GET', `/v1/subscriptions/?customer_id=${customer.id}`)).items;
  return { clock, customer, subscription, benefit };
}

const advanced = async (id: string, frozen_time: string) => {
  await make(`/v1/test-clocks/${id}/advance`, { frozen_time });
  await eventually(async () => {
    const { status } = await running.made(token, 'GET', `/v1/test-clocks/${id}`);
    return status === 'ready' ? true : undefined;
  });
};

it('tells of a subscription’s life', async () => {
  const { clock, customer, subscription, benefit } = await aSubscriber();
  await eventually(async () => ((await recorded(customer.id)).length >= 6 ? true : undefined));
  const names = async () => (await recorded(customer.id)).map(({ name }) => name);
  expect((await names()).toSorted()).toEqual([
    ...['balance.order', 'benefit.granted', 'checkout.created', 'customer.created', 'order.paid'],
    'subscription.created',
  ]);
  await advanced(clock.id, '2027-03-01T00:00:00Z');
  await polar.subscriptions.update({
    id: subscription.id,
    subscriptionUpdate: { cancelAtPeriodEnd: true, customerCancellationReason: 'unused' },
  });
  await polar.customers.update({ id: customer.id, customerUpdate: { name: 'Ada' } });
  await advanced(clock.id, '2027-04-01T00:00:00Z');
  await eventually(async () => ((await names()).includes('benefit.revoked') ? true : undefined));
  await polar.customers.delete({ id: customer.id });
  const events = await recorded(customer.id);
  const count = Object.entries(Object.groupBy(events, ({ name }) => name)).map(([name, all]) => [name, all?.length]);
  expect(Object.fromEntries(count)).toEqual({
    ...{ 'customer.created': 1, 'customer.updated': 1, 'customer.deleted': 1 },
    ...{ 'subscription.created': 1, 'subscription.cycled': 1, 'subscription.canceled': 1, 'subscription.revoked': 1 },
    ...{
      'checkout.created': 1,
      'order.paid': 2,
      'balance.order': 2,
      'benefit.granted': 1,
      'benefit.cycled': 1,
      'benefit.revoked': 1,
    },
  });
  const of = (name: string) => events.find((event) => event.name === name);
  expect(of('subscription.canceled')).toMatchObject({
    ...{ label: 'Subscription canceled', source: 'system', timestamp: new Date('2027-03-01T00:00:00Z') },
    metadata: { subscriptionId: subscription.id, amount: 2000, customerCancellationReason: 'unused' },
  });
  expect(of('benefit.granted')).toMatchObject({ metadata: { benefitId: benefit.id, benefitType: 'custom' } });
  expect(of('customer.updated')).toMatchObject({ metadata: { updatedFields: { name: 'Ada' } } });
  expect(of('order.paid')).toMatchObject({ metadata: { amount: 2000, subscriptionId: subscription.id } });
  expect(of('checkout.created')).toMatchObject({ timestamp: new Date('2027-01-31T00:00:00Z') });
  expect((await polar.events.get({ id: events[0]?.id ?? '' })).name).toBe(events[0]?.name);
});

it('are counted by meters, under the merchant’s name for the customer', async () => {
  const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'order.paid' }] };
  const revenue = { name: 'Revenue', filter, aggregation: { func: 'sum', property: 'amount' } };
  const kinds = { name: 'Kinds', filter: { conjunction: 'and', clauses: [] } };
  const made = [
    await make('/v1/meters/', revenue),
    await make('/v1/meters/', { ...kinds, aggregation: { func: 'unique', property: 'name' } }),
  ];
  const externalId = `ada-${randomUUID()}`;
  const { clock, customer } = await aSubscriber(externalId);
  await eventually(async () => ((await recorded(customer.id)).some(isGrant) ? true : undefined));
  await advanced(clock.id, '2027-03-01T00:00:00Z');
  const names = new Set((await recorded(customer.id)).map(({ name }) => name));
  const used = async (id: string) =>
    running.orm.em
      .fork()
      .execute('select count::int, trim_scale(sum)::text as sum from usage_accounts where meter_id = ?', [id]);
  expect(await used(made[0].id)).toEqual([{ count: 2, sum: '4000' }]);
  expect(await used(made[1].id)).toEqual([{ count: names.size, sum: '0' }]);
  const later = await make('/v1/meters/', { ...revenue, name: 'Revenue so far' });
  await eventually(async () => ((await used(later.id)).length > 0 ? true : undefined));
  expect(await used(later.id)).toEqual([{ count: 2, sum: '4000' }]);
  expect((await polar.events.list({ externalCustomerId: externalId, name: 'order.paid' })).items).toHaveLength(2);
});
