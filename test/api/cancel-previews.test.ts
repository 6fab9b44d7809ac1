/** What the end of a subscription means, before anybody calls it off: the same as its last order then says. */
import { boughtAt, lines, sums } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** With a change that waits for the next order, and a benefit. */
async function changed() {
  const sub = await boughtAt(running);
  const benefit = await sub.make('/v1/benefits/', {
    ...{ type: 'custom', description: 'The forum', properties: { note: 'Come in' } },
  });
  const pro = await sub.monthly('Fern Pro', 2000);
  await running.made(sub.token, 'POST', `/v1/products/${pro.id}/benefits`, { benefits: [benefit.id] });
  await sub.lives('2027-04-02T00:00:00.000Z');
  await sub.patch({ product_id: pro.id, proration_behavior: 'prorate' });
  const preview = (body: object) => running.call(sub.token, 'POST', `/v1/subscriptions/${sub.id}/cancel-preview`, body);
  return { ...sub, benefit, preview };
}

it('at the end of the period: the last order as it is then charged, and the benefits that go', async () => {
  const sub = await changed();
  const { status, body } = await sub.preview({});
  const ends_at = '2027-05-01T00:00:00.000Z';
  expect([status, body]).toMatchObject([200, { ends_at, is_charged: true, total_amount: 1450, due_amount: 1450 }]);
  expect(body.benefits).toEqual([{ id: sub.benefit.id, type: 'custom', description: 'The forum', ends_at }]);
  const session = (await sub.make('/v1/customer-sessions/', { customer_id: sub.customer.id })).token;
  const mine = await running.made(session, 'GET', `/v1/customer-portal/subscriptions/${sub.id}/cancel-preview`);
  expect(mine).toEqual(body);

  await sub.patch({ cancel_at_period_end: true });
  expect((await sub.preview({})).body).toEqual(body);
  await sub.lives('2027-05-01T00:00:01.000Z');
  const [order] = await sub.orders();
  expect(sums(order)).toEqual(sums(body));
  expect(lines(order.items)).toEqual(lines(body.lines));
  expect((await sub.show()).ended_at).toBe(ends_at);
  expect((await sub.preview({})).status).toBe(403);
});

it('at once: what waits stays owed and is not charged', async () => {
  const sub = await changed();
  const { body } = await sub.preview({ revoke: true });
  expect(body).toMatchObject({ ends_at: '2027-04-02T00:00:00.000Z', is_charged: false, total_amount: 1450 });
  await sub.patch({ revoke: true });
  const [order] = await sub.orders();
  expect(sums(order)).toEqual(sums(body));
  expect(order.status).toBe('pending');
  expect(await sub.disagreements()).toEqual([]);
});

it('with nothing that waits there is no last order', async () => {
  const sub = await boughtAt(running);
  const { body } = await running.call(sub.token, 'POST', `/v1/subscriptions/${sub.id}/cancel-preview`, {});
  expect(body).toMatchObject({ lines: [], total_amount: 0, due_amount: 0, is_charged: false, benefits: [] });
});
