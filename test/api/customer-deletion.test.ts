/** Whoever is deleted is charged no more, has nothing any more, and can be forgotten. */
import { randomUUID } from 'node:crypto';
import type { CustomerId } from '../../billing/ids.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Order } from '../../db/entities/order.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let products: { readonly once: string; readonly monthly: string };

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  const benefit = await make('/v1/benefits/', { type: 'custom', description: 'A seat', properties: { note: null } });
  const prices = [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }];
  const once = await make('/v1/products/', { name: 'Fern', prices });
  const monthly = await make('/v1/products/', { name: 'Fern Pro', recurring_interval: 'month', prices });
  for (const { id } of [once, monthly]) await make(`/v1/products/${id}/benefits`, { benefits: [benefit.id] });
  products = { once: once.id, monthly: monthly.id };
});
afterAll(() => running.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const remove = (path: string) => running.call(token, 'DELETE', path);

const aCustomer = (clock?: string) =>
  make('/v1/customers/', {
    email: `ada-${randomUUID()}@example.com`,
    name: 'Ada Example',
    external_id: `ada-${randomUUID()}`,
    ...(clock ? { test_clock_id: clock } : {}),
  });

async function opens(customer: { id: string }, product: string) {
  return make('/v1/checkouts/', { products: [product], customer_id: customer.id });
}

async function pays(checkout: { client_secret: string }, card?: string) {
  return running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(card),
  });
}

async function isOver(id: CustomerId) {
  const em = running.orm.em.fork();
  const [living, underWay, held] = await Promise.all([
    em.count(Subscription, { customer: id, status: { $ne: 'canceled' } }),
    em.count(Checkout, { customer: id, status: { $in: ['open', 'confirmed'] } }),
    em.count(BenefitGrant, { customer: id, wanted: 'granted' }),
  ]);
  return { living, underWay, held };
}
const NOTHING = { living: 0, underWay: 0, held: 0 };

it('ends what was bought, once or monthly, and what is still open, and frees the external id', async () => {
  const customer = await aCustomer();
  for (const product of [products.once, products.monthly]) await pays(await opens(customer, product));
  await opens(customer, products.once);
  expect(await isOver(customer.id)).toEqual({ living: 1, underWay: 1, held: 2 });

  expect((await remove(`/v1/customers/external/${customer.external_id}`)).status).toBe(204);
  expect(await isOver(customer.id)).toEqual(NOTHING);
  expect((await remove(`/v1/customers/${customer.id}`)).status).toBe(404);
  const row = await running.orm.em.fork().findOneOrFail(Customer, customer.id as CustomerId);
  expect(row).toMatchObject({ externalId: null, email: customer.email, name: 'Ada Example' });
});

it('forgets who they were, where that is asked', async () => {
  const customer = await aCustomer();
  await pays(await opens(customer, products.once));
  expect((await remove(`/v1/customers/${customer.id}?anonymize=true`)).status).toBe(204);
  const em = running.orm.em.fork();
  const row = await em.findOneOrFail(Customer, customer.id as CustomerId);
  const checkout = await em.findOneOrFail(Checkout, { customer: row.id });
  expect(row).toMatchObject({ externalId: null, name: null, billingName: null, billingAddress: null });
  expect(JSON.stringify([row, checkout])).not.toContain(customer.email);
});

it('forgets what they entered and said, and what was noted of them', async () => {
  const { organization, token: shop } = await running.aMerchant();
  const ask = (method: string, path: string, body?: unknown) => running.made(shop, method, path, body);
  const field = { type: 'text', slug: 'nickname', name: 'Nickname', properties: {} };
  const { id: custom_field_id } = await ask('POST', '/v1/custom-fields/', field);
  const { id: product } = await ask('POST', '/v1/products/', {
    ...{ name: 'Fern Pro', recurring_interval: 'month', organization_id: organization.id },
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
    attached_custom_fields: [{ custom_field_id, required: false }],
  });
  const secret = `Augusta-${randomUUID()}`;
  const customer = await ask('POST', '/v1/customers/', { email: `ada-${randomUUID()}@example.com` });
  const checkout = await ask('POST', '/v1/checkouts/', {
    ...{ products: [product], customer_id: customer.id },
    ...{ metadata: { friend: secret }, custom_field_data: { nickname: secret } },
  });
  await pays(checkout);
  const [{ id }] = (await ask('GET', '/v1/subscriptions/')).items;
  const comment = { cancel_at_period_end: true, customer_cancellation_comment: `I am ${secret}` };
  await ask('PATCH', `/v1/subscriptions/${id}`, comment);
  await ask('DELETE', `/v1/customers/${customer.id}?anonymize=true`);
  const em = running.orm.em.fork();
  const of = { customer: customer.id as CustomerId };
  const [checkouts, subscriptions] = [await em.find(Checkout, of), await em.find(Subscription, of)];
  const orders = await em.find(Order, of);
  expect([checkouts.length, subscriptions.length, orders.length]).toEqual([1, 1, 1]);
  expect(
    JSON.stringify([checkouts, subscriptions, orders.map(({ customFieldData }) => customFieldData)]),
  ).not.toContain(secret);
});

it('calls off what waits at the bank, so that it is never charged', async () => {
  const customer = await aCustomer();
  const checkout = await opens(customer, products.monthly);
  await pays(checkout, 'pm_card_threeDSecure2Required');
  const { intentId } = await running.orm.em.fork().findOneOrFail(Checkout, checkout.id);
  expect((await remove(`/v1/customers/${customer.id}`)).status).toBe(204);
  expect(await isOver(customer.id)).toEqual(NOTHING);
  expect((await running.stripe.paymentIntents.retrieve(intentId ?? '')).status).toBe('canceled');
});

it('goes on where an earlier call stopped', async () => {
  const customer = await aCustomer();
  await pays(await opens(customer, products.monthly));
  const marked = { deletedAt: new Date(), externalId: null };
  await running.orm.em.fork().nativeUpdate(Customer, customer.id as CustomerId, marked);
  expect((await remove(`/v1/customers/${customer.id}`)).status).toBe(204);
  expect(await isOver(customer.id)).toEqual(NOTHING);
});

it('is what becomes of those on a test clock that is deleted', async () => {
  const clock = await make('/v1/test-clocks/', { name: 'A year', frozen_time: '2031-01-31T00:00:00Z' });
  const customer = await aCustomer(clock.id);
  for (const product of [products.once, products.monthly]) await pays(await opens(customer, product));
  await opens(customer, products.once);
  expect((await remove(`/v1/test-clocks/${clock.id}`)).status).toBe(204);
  expect(await isOver(customer.id)).toEqual(NOTHING);
  const row = await running.orm.em.fork().findOneOrFail(Customer, customer.id as CustomerId);
  expect(row.deletedAt).toEqual(new Date('2031-01-31T00:00:00Z'));
});
