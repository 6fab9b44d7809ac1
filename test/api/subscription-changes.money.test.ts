/** Changes of a subscription that would cost or spare somebody money by the way: what comes together, free, moved. */
import { randomUUID } from 'node:crypto';
import { boughtAt, type Line, lines, sums } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const bought = () => boughtAt(running);
type Sub = Awaited<ReturnType<typeof bought>>;
const half = (sub: Sub, more: object = {}) =>
  sub.make('/v1/discounts/', { name: 'Half', type: 'percentage', basis_points: 5000, duration: 'forever', ...more });
const amounts = (of: readonly Line[]) => of.map(({ amount }) => amount);
const totals = (orders: { total_amount: number }[]) => orders.map(({ total_amount }) => total_amount);

it('refuses two changes at once before either is made', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  const archived = await sub.monthly('Fern Old', 900);
  await running.made(sub.token, 'PATCH', `/v1/products/${archived.id}`, { is_archived: true });
  const discount = await half(sub);
  await sub.cardAnswers('insufficient_funds');
  const before = await sub.show();
  for (const [body, fields] of [
    [{ product_id: pro.id, discount_id: discount.id, proration_behavior: 'invoice' }, ['product_id', 'discount_id']],
    [{ product_id: archived.id, discount_id: discount.id }, ['product_id', 'discount_id']],
    [{ product_id: pro.id, trial_end: '2020-01-01T00:00:00Z' }, ['product_id', 'trial_end']],
    [
      { discount_id: discount.id, trial_end: '2027-06-01T00:00:00Z', metadata: { a: 'b' } },
      ['discount_id', 'trial_end'],
    ],
  ] as const) {
    const { status, body: answer } = await sub.patch(body);
    expect([status, answer.detail.map(({ loc }: { loc: string[] }) => loc[1])]).toEqual([422, fields]);
    expect(answer.detail[0].msg).toContain(fields.join(' and '));
  }
  const declined = await sub.patch({ product_id: pro.id, proration_behavior: 'invoice', metadata: { a: 'b' } });
  expect(declined.status).toBe(402);
  expect({ ...(await sub.show()), modified_at: null }).toEqual({ ...before, modified_at: null });
  const { redemptions_count } = await running.made(sub.token, 'GET', `/v1/discounts/${discount.id}`);
  expect(redemptions_count).toBe(0);

  await sub.cardAnswers('succeed');
  const both = await sub.patch({ product_id: pro.id, discount_id: null, metadata: { a: 'b' } });
  expect(both.body).toMatchObject({ product_id: pro.id, metadata: { a: 'b' } });
  expect(await sub.disagreements()).toEqual([]);
});

it('what is free costs something only once that is paid', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  const free = await sub.monthly('Fern Free', 0, { prices: [{ amount_type: 'free', price_currency: 'usd' }] });
  const customer = await sub.make('/v1/customers/', {
    email: `bob-${randomUUID()}@example.com`,
    test_clock_id: sub.clock.id,
  });
  const { id } = await sub.make('/v1/subscriptions/', { product_id: free.id, customer_id: customer.id });
  const path = `/v1/subscriptions/${id}`;
  const up = { product_id: pro.id, proration_behavior: 'prorate' };
  expect((await running.made(sub.token, 'POST', `${path}/change-preview`, up)).billed).toBe('now');
  expect((await running.call(sub.token, 'PATCH', path, up)).status).toBe(402);
  expect((await running.made(sub.token, 'GET', path)).product_id).toBe(free.id);
  expect(await sub.disagreements()).toEqual([]);
});

it('a trial in the place of a paid period: another product comes with its end, or after it', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.lives('2027-04-10T00:00:00.000Z');
  await sub.patch({ trial_end: '2027-05-10T00:00:00.000Z' });
  const { status, body } = await sub.patch({ product_id: pro.id, proration_behavior: 'invoice' });
  expect([status, body.detail[0].loc]).toEqual([422, ['body', 'product_id']]);
  expect(body.detail[0].msg).toContain('end the trial first');
  expect((await sub.preview({ product_id: pro.id })).status).toBe(422);
  await sub.patch({ product_id: pro.id, proration_behavior: 'next_period' });
  await sub.lives('2027-05-10T00:00:01.000Z');
  expect(await sub.show()).toMatchObject({ product_id: pro.id, status: 'active' });
  expect(totals(await sub.orders('subscription_cycle'))).toEqual([2000]);
});

it('a trial takes nothing of the months of a discount in use', async () => {
  const sub = await bought();
  await sub.patch({ discount_id: (await half(sub, { duration: 'repeating', duration_in_months: 3 })).id });
  await sub.lives('2027-05-10T00:00:00.000Z');
  await sub.patch({ trial_end: '2027-08-01T00:00:00.000Z' });
  await sub.patch({ trial_end: '2027-07-10T00:00:00.000Z' });
  await sub.lives('2027-09-11T00:00:00.000Z');
  expect(totals(await sub.orders('subscription_cycle'))).toEqual([250, 250, 250, 500]);
});

it('a discount whose products are edited stays for what it was redeemed for', async () => {
  const sub = await bought();
  const tiers = [{ min_seats: 1, max_seats: null, price_per_seat: 1000 }];
  const team = await sub.monthly('Fern Team', 0, {
    prices: [{ amount_type: 'seat_based', price_currency: 'usd', seat_tiers: { seat_tier_type: 'volume', tiers } }],
  });
  await sub.patch({ product_id: team.id, proration_behavior: 'reset' });
  const discount = await half(sub, { products: [team.id] });
  expect((await sub.patch({ discount_id: discount.id })).status).toBe(200);
  await running.made(sub.token, 'PATCH', `/v1/discounts/${discount.id}`, { products: [sub.lite.id] });
  expect((await sub.patch({ seats: 3, proration_behavior: 'prorate' })).body.discount_id).toBe(discount.id);
  const next = (await sub.nextCharge()).body;
  expect(next).toMatchObject({ discount_amount: 1500 });
  await sub.lives('2027-05-01T00:00:01.000Z');
  const [cycle] = await sub.orders('subscription_cycle');
  expect(sums(cycle)).toEqual(sums(next));
  // It is held against another product.
  const pro = await sub.monthly('Fern Pro', 2000, {
    prices: [{ amount_type: 'seat_based', price_currency: 'usd', seat_tiers: { seat_tier_type: 'volume', tiers } }],
  });
  expect((await sub.patch({ product_id: pro.id, proration_behavior: 'invoice' })).body.discount_id).toBeNull();
  expect(await sub.disagreements()).toEqual([]);
});

it('in a period that was moved a change costs the difference by length, and one there and back nothing', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.lives('2027-04-16T00:00:00.000Z');
  await sub.patch({ current_billing_period_end: '2027-06-01T00:00:00.000Z' });
  const up = { product_id: pro.id, proration_behavior: 'invoice' };
  const preview = (await sub.preview(up)).body;
  // Of April, paid with 500, half is left, for 46 days now; of which 30 at the other price cost 1500 more.
  expect(amounts(preview.lines)).toEqual([-250, 2550]);
  await sub.patch(up);
  expect(lines((await sub.orders())[0].items)).toEqual(lines(preview.lines));
  const down = (await sub.preview({ product_id: sub.lite.id, proration_behavior: 'invoice' })).body;
  expect(amounts(down.lines)).toEqual([-2550, 250]);
  await sub.lives('2027-06-02T00:00:00.000Z');
  const [cycle] = await sub.orders('subscription_cycle');
  expect([cycle.created_at, cycle.total_amount]).toEqual(['2027-06-01T00:00:00.000Z', 2000]);
  const after = (await sub.preview({ product_id: sub.lite.id, proration_behavior: 'invoice' })).body;
  expect(amounts(after.lines)).toEqual([-1933, 483]);
  expect(await sub.disagreements()).toEqual([]);
});
