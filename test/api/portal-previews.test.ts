/** What a customer is shown in their portal before they agree: the preview and the later order agree to the cent. */
import { boughtAt, lines, sums } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const EVERYTHING = { usage: { show: true }, subscription: { update_plan: true, update_seats: true, pause: true } };

/** A subscription, and its customer's portal in a shop with these settings. */
async function inPortal(settings: object = EVERYTHING) {
  const sub = await boughtAt(running);
  await running.made(sub.token, 'PATCH', `/v1/organizations/${sub.organization.id}`, {
    customer_portal_settings: settings,
  });
  const session = await running.made(sub.token, 'POST', '/v1/customer-sessions/', { customer_id: sub.customer.id });
  const path = `/v1/customer-portal/subscriptions/${sub.id}`;
  const mine = (method: string, more = '', body?: unknown) => running.call(session.token, method, path + more, body);
  return { ...sub, mine };
}

it('shows what another product comes to, and charges that', async () => {
  const sub = await inPortal();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.lives('2027-04-02T00:00:00.000Z');
  const preview = await sub.mine('POST', '/change-preview', { product_id: pro.id });
  expect(preview.body).toMatchObject({ billed: 'next_order', current_period_end: '2027-05-01T00:00:00.000Z' });
  await running.made(sub.token, 'PATCH', `/v1/organizations/${sub.organization.id}`, {
    subscription_settings: { ...sub.organization.subscription_settings, proration_behavior: 'invoice' },
  });
  const invoiced = await sub.mine('POST', '/change-preview', { product_id: pro.id });
  expect(invoiced.body).toMatchObject({ billed: 'now', due_amount: 1450 });
  const next = await sub.mine('GET', '/charge-preview');
  expect(next.body).toMatchObject({ charged_at: '2027-05-01T00:00:00.000Z', due_amount: 500 });
  expect((await sub.mine('PATCH', '', { product_id: pro.id })).status).toBe(200);
  const [order] = await sub.orders();
  expect(sums(order)).toEqual(sums(invoiced.body));
  expect(lines(order.items)).toEqual(lines(invoiced.body.lines));
});

it('shows nothing of what customers may not do', async () => {
  const sub = await inPortal({ usage: { show: true }, subscription: { update_plan: false, update_seats: false } });
  const pro = await sub.monthly('Fern Pro', 2000);
  expect((await sub.mine('POST', '/change-preview', { product_id: pro.id })).status).toBe(403);
  expect((await sub.mine('POST', '/change-preview', { seats: 2 })).status).toBe(403);
});

it('lets customers only cancel where the shop lets them change nothing, whatever it allows besides', async () => {
  const sub = await inPortal();
  const pro = await sub.monthly('Fern Pro', 2000);
  await running.made(sub.token, 'PATCH', `/v1/organizations/${sub.organization.id}`, {
    subscription_settings: { ...sub.organization.subscription_settings, allow_customer_updates: false },
  });
  for (const body of [{ product_id: pro.id }, { seats: 2 }]) {
    expect((await sub.mine('POST', '/change-preview', body)).status).toBe(403);
    expect((await sub.mine('PATCH', '', body)).status).toBe(403);
  }
  for (const body of [{ pause_at_period_end: true }, { resume: true }]) {
    expect((await sub.mine('PATCH', '', body)).status).toBe(403);
  }
  expect((await sub.mine('PATCH', '', { cancel_at_period_end: true })).body.cancel_at_period_end).toBe(true);
});

it('shows only what the shop shows', async () => {
  const sub = await inPortal();
  const hidden = await sub.monthly('Fern Secret', 100, { visibility: 'private' });
  const refused = await sub.mine('POST', '/change-preview', { product_id: hidden.id });
  expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ['body', 'product_id']]);
});

it('shows what resuming charges, and charges that', async () => {
  const sub = await inPortal();
  expect((await sub.mine('GET', '/resume-preview')).status).toBe(403);
  await sub.mine('PATCH', '', { pause_at_period_end: true });
  await sub.lives('2027-05-10T12:00:00.000Z');
  const preview = await sub.mine('GET', '/resume-preview');
  expect(preview.body).toMatchObject({ charged_at: '2027-05-10T12:00:00.000Z', due_amount: 500 });
  expect((await sub.mine('PATCH', '', { resume: true })).status).toBe(200);
  const orders = await sub.orders('subscription_cycle');
  expect(sums(orders.at(-1))).toEqual(sums(preview.body));
});
