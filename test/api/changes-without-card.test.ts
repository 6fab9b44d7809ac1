/** What is free for somebody without a card can't come to cost something: they are told so at once, not at the renewal. */
import { randomUUID } from 'node:crypto';
import { boughtAt } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** A free subscription on the clock of one that is paid for. */
async function free() {
  const sub = await boughtAt(running);
  const pro = await sub.monthly('Fern Pro', 2000);
  const none = await sub.monthly('Fern Free', 0, { prices: [{ amount_type: 'free', price_currency: 'usd' }] });
  const email = `bob-${randomUUID()}@example.com`;
  const customer = await sub.make('/v1/customers/', { email, test_clock_id: sub.clock.id });
  const { id } = await sub.make('/v1/subscriptions/', { product_id: none.id, customer_id: customer.id });
  const path = `/v1/subscriptions/${id}`;
  return { ...sub, pro, none, customer, path, read: () => running.made(sub.token, 'GET', path) };
}

it.each(['invoice', 'prorate', 'next_period', 'reset'])('refuses it where the change is to come by %s', async (how) => {
  const { path, pro, none, token, read, orders, disagreements } = await free();
  const change = { product_id: pro.id, proration_behavior: how };
  expect((await running.call(token, 'POST', `${path}/change-preview`, change)).status).toBe(200);
  const { status, body } = await running.call(token, 'PATCH', path, change);
  expect([status, body.error]).toEqual([402, 'PaymentFailed']);
  expect(body.detail).toContain('payment method');
  expect(await read()).toMatchObject({ product_id: none.id, pending_update: null });
  expect(await orders()).toEqual([]);
  expect(await disagreements()).toEqual([]);
});

it('lets it go on to something else that is free', async () => {
  const { path, token, monthly } = await free();
  const other = await monthly('Fern Open', 0, { prices: [{ amount_type: 'free', price_currency: 'usd' }] });
  const { status, body } = await running.call(token, 'PATCH', path, { product_id: other.id });
  expect([status, body.product_id]).toEqual([200, other.id]);
});

it('does not ask for a card of who has one', async () => {
  const sub = await boughtAt(running);
  const none = await sub.monthly('Fern Free', 0, { prices: [{ amount_type: 'free', price_currency: 'usd' }] });
  await sub.patch({ product_id: none.id, proration_behavior: 'reset' });
  const { status, body } = await sub.patch({ product_id: sub.lite.id, proration_behavior: 'next_period' });
  expect([status, body.pending_update?.product_id]).toEqual([200, sub.lite.id]);
});
