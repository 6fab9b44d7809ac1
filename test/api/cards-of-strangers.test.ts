/** Whose card is charged, where a buyer at a checkout has only typed the address of a customer who pays with another one. */
import { randomUUID } from 'node:crypto';
import { eventually } from './everything.ts';
import { pay } from './paying.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  token = merchant.token;
  const subscription_settings = {
    ...merchant.organization.subscription_settings,
    allow_multiple_subscriptions: true,
    benefit_revocation_grace_period: 0,
  };
  await make('PATCH', `/v1/organizations/${merchant.organization.id}`, { subscription_settings });
});
afterAll(() => running.close());

const SAVED_BUT_NOT_CHARGED = 'pm_card_chargeCustomerFail';
const ME = '/v1/customer-portal/customers/me';

const make = (method: string, path: string, body?: unknown) => running.made(token, method, path, body);

async function aPlan(price_amount: number, terms: object = {}) {
  const prices = [{ amount_type: 'fixed', price_amount, price_currency: 'usd' }];
  return make('POST', '/v1/products/', { name: 'Fern', recurring_interval: 'month', prices, ...terms });
}

/** Ada pays $20 a month, since the first of March on her clock. */
async function ada(card = 'pm_card_visa') {
  const clock = await make('POST', '/v1/test-clocks/', { name: 'Ada', frozen_time: '2031-03-01T00:00:00Z' });
  const email = `ada-${randomUUID()}@example.com`;
  const { id } = await make('POST', '/v1/customers/', { email, test_clock_id: clock.id });
  const checkout = await make('POST', '/v1/checkouts/', { products: [(await aPlan(2000)).id], customer_id: id });
  expect((await pay(running, checkout, card)).status).toBe(200);
  const { token: portal } = await make('POST', '/v1/customer-sessions/', { customer_id: id });
  return { id: id as string, email, clock: clock.id as string, portal: portal as string };
}

/** Somebody opens a public link to a trial of $5 a month, and types an address. */
async function tries(customer_email: string, card: string) {
  const product = await aPlan(500, { trial_interval: 'day', trial_interval_count: 7 });
  const checkout = await make('POST', '/v1/checkouts/', { products: [product.id] });
  const { status, body } = await pay(running, checkout, card, { customer_email });
  expect(status).toBe(200);
  return body;
}

const defaultOf = async (id: string) => (await make('GET', `/v1/customers/${id}`)).default_payment_method_id as string;

async function until(clock: string, frozen_time: string): Promise<void> {
  await make('POST', `/v1/test-clocks/${clock}/advance`, { frozen_time });
  await eventually(async () => ((await make('GET', `/v1/test-clocks/${clock}`)).status === 'ready' ? true : undefined));
}

/** By their price, as the merchant sees them. */
async function subscriptionsOf(customer: string): Promise<Record<number, string>> {
  const { items } = await make('GET', `/v1/subscriptions/?customer_id=${customer}`);
  return Object.fromEntries(items.map(({ amount, status }: { amount: number; status: string }) => [amount, status]));
}

it('replaces the card of none of their other subscriptions, and is charged for what it bought alone', async () => {
  const { id, email, clock } = await ada();
  const hers = await defaultOf(id);
  expect((await tries(email.toUpperCase(), SAVED_BUT_NOT_CHARGED)).customer_session_token).toBeNull();
  expect(await defaultOf(id)).toBe(hers);

  await until(clock, '2031-04-02T00:00:00Z');
  expect(await subscriptionsOf(id)).toEqual({ 500: 'canceled', 2000: 'active' });
  const { items } = await make('GET', `/v1/orders/?customer_id=${id}`);
  const paid = items.filter(({ status }: { status: string }) => status === 'paid');
  expect(paid.map((order: { total_amount: number }) => order.total_amount).sort()).toEqual([0, 2000, 2000]);
  expect(await running.disagreements(token)).toEqual([]);
});

it('gives way to the card that the customer chooses, which is tried at once, and can’t be removed before', async () => {
  const { id, email, clock, portal } = await ada();
  const hers = await defaultOf(id);
  await tries(email, SAVED_BUT_NOT_CHARGED);
  await until(clock, '2031-03-09T00:00:00Z');
  expect(await subscriptionsOf(id)).toEqual({ 500: 'past_due', 2000: 'active' });

  const { items } = await running.made(portal, 'GET', `${ME}/payment-methods`);
  const theirs = items.find((card: { id: string }) => card.id !== hers).id;
  expect((await running.call(portal, 'DELETE', `${ME}/payment-methods/${theirs}`)).status).toBe(400);

  await running.made(portal, 'PATCH', ME, { default_payment_method_id: hers });
  await eventually(async () => ((await subscriptionsOf(id))[500] === 'active' ? true : undefined));
  expect((await running.call(portal, 'DELETE', `${ME}/payment-methods/${theirs}`)).status).toBe(204);
});

it('becomes the default of a customer who has none, and of one whom the merchant has named', async () => {
  const email = `ada-${randomUUID()}@example.com`;
  const { id } = await make('POST', '/v1/customers/', { email });
  await tries(email, 'pm_card_visa');
  const first = await defaultOf(id);
  expect(first).not.toBeNull();

  const checkout = await make('POST', '/v1/checkouts/', { products: [(await aPlan(700)).id], customer_id: id });
  expect((await pay(running, checkout, 'pm_card_mastercard')).status).toBe(200);
  const second = await defaultOf(id);
  expect(second).not.toBe(first);
});

it('is tried at once on what is unpaid, where it becomes the default', async () => {
  const { id, clock } = await ada(SAVED_BUT_NOT_CHARGED);
  await until(clock, '2031-04-01T12:00:00Z');
  expect(await subscriptionsOf(id)).toEqual({ 2000: 'past_due' });
  const checkout = await make('POST', '/v1/checkouts/', { products: [(await aPlan(700)).id], customer_id: id });
  expect((await pay(running, checkout, 'pm_card_visa')).status).toBe(200);
  await eventually(async () => ((await subscriptionsOf(id))[2000] === 'active' ? true : undefined));
  expect(await running.disagreements(token)).toEqual([]);
});
