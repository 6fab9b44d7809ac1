/** Changes of a subscription over HTTP: refused, previewed, paid or not, and racing with each other and with renewals. */
import { randomUUID } from 'node:crypto';
import { boughtAt, type Line, lines, START, sums, usd } from './changing.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const bought = () => boughtAt(running);

it('$5 to $20 after a day: credits $4.83, charges $19.33; back the same day: $14.50 of balance', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.lives('2027-04-02T00:00:00.000Z');
  const up = { product_id: pro.id, proration_behavior: 'invoice' };
  const preview = (await sub.preview(up)).body;
  expect(preview).toMatchObject({ total_amount: 1450, due_amount: 1450, billed: 'now' });
  expect((await sub.show()).amount).toBe(500);

  const changed = await sub.patch(up);
  expect(changed.body).toMatchObject({ product_id: pro.id, amount: 2000, pending_update: null });
  const [order] = await sub.orders();
  expect(order.items.map(({ label, amount }: Line) => `${label} ${amount}`)).toEqual([
    'Unused time on Fern Lite -483',
    'Remaining time on Fern Pro 1933',
  ]);
  expect([order.status, order.due_amount, order.paid]).toEqual(['paid', 0, true]);
  expect(sums(order)).toEqual(sums(preview));
  expect(lines(order.items)).toEqual(lines(preview.lines));

  const down = { product_id: sub.lite.id, proration_behavior: 'invoice' };
  const back = (await sub.preview(down)).body;
  expect(back).toMatchObject({ total_amount: -1450, applied_balance_amount: 1450, due_amount: 0 });
  expect((await sub.patch(down)).status).toBe(200);
  const [credit] = (await sub.orders()).filter(({ id }: { id: string }) => id !== order.id);
  expect(sums(credit)).toEqual(sums(back));

  const balances = await running.made(sub.token, 'GET', `/v1/customers/${sub.customer.id}/balances`);
  expect(balances.items).toEqual([{ type: 'billing', currency: 'usd', amount: 1450 }]);
  const next = (await sub.nextCharge()).body;
  expect(next).toMatchObject({ total_amount: 500, applied_balance_amount: -500, due_amount: 0 });
  await sub.lives('2027-05-02T00:00:00.000Z');
  const [cycle] = await sub.orders('subscription_cycle');
  expect(sums(cycle)).toEqual(sums(next));
  expect((await sub.nextCharge()).body.applied_balance_amount).toBe(-500);
  expect(await sub.disagreements()).toEqual([]);
});

it('previews the next charge to the cent, with what waits for it, a discount and a pending change', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  const max = await sub.monthly('Fern Max', 9900);
  const discount = await sub.make('/v1/discounts/', {
    ...{ name: 'A third', type: 'percentage', basis_points: 3333, duration: 'forever' },
  });
  await sub.lives('2027-04-11T07:00:00.000Z');
  const preview = (await sub.preview({ product_id: pro.id, proration_behavior: 'prorate' })).body;
  expect(preview).toMatchObject({ billed: 'next_order', due_amount: 0 });
  await sub.patch({ product_id: pro.id, proration_behavior: 'prorate' });
  expect(await sub.orders()).toEqual([]);
  await sub.patch({ discount_id: discount.id });
  const pending = await sub.patch({ product_id: max.id, proration_behavior: 'next_period' });
  expect(pending.body).toMatchObject({
    product_id: pro.id,
    pending_update: { product_id: max.id, seats: null, applies_at: '2027-05-01T00:00:00.000Z' },
  });
  const next = (await sub.nextCharge()).body;
  expect(lines(next.lines).slice(1)).toEqual(lines(preview.lines));
  expect(next.discount_amount).toBe(3300);
  await sub.lives('2027-05-01T00:00:01.000Z');
  const [cycle] = await sub.orders('subscription_cycle');
  expect(sums(cycle)).toEqual(sums(next));
  expect(lines(cycle.items)).toEqual(lines(next.lines));
  expect(await sub.show()).toMatchObject({ product_id: max.id, pending_update: null });

  const reset = { product_id: pro.id, proration_behavior: 'reset' };
  const again = (await sub.preview(reset)).body;
  expect(again).toMatchObject({ subtotal_amount: 2000, discount_amount: 667 });
  await sub.patch(reset);
  expect(sums((await sub.orders())[0])).toEqual(sums(again));
  // What is credited of a discounted period is what it was charged with.
  const credit = (await sub.preview({ product_id: max.id, proration_behavior: 'invoice' })).body;
  expect(credit.lines.map(({ amount }: Line) => amount)).toEqual([-1333, 6600]);
  expect(await sub.disagreements()).toEqual([]);
});

it('a discount that is for once: prorated lines leave it to the next order', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  const half = (duration: string) =>
    sub.make('/v1/discounts/', { name: 'Half', type: 'percentage', basis_points: 5000, duration });
  await sub.lives('2027-04-16T00:00:00.000Z');
  await sub.patch({ discount_id: (await half('once')).id });
  await sub.patch({ product_id: pro.id, proration_behavior: 'prorate' });
  await sub.lives('2027-05-16T12:00:00.000Z');
  const [cycle] = await sub.orders('subscription_cycle');
  // Half a month of the 500 that were paid is credited, half a month of 2000 charged; half is taken off the next order.
  expect(cycle.items.map(({ amount }: Line) => amount)).toEqual([2000, -250, 1000]);
  expect([cycle.discount_amount, cycle.total_amount]).toEqual([1000, 1750]);
  // May was charged with 1000 after discount: that is what half a month gives back, whatever holds by now.
  await sub.patch({ discount_id: (await half('forever')).id });
  const down = (await sub.preview({ product_id: sub.lite.id, proration_behavior: 'invoice' })).body;
  expect(down.lines.map(({ amount }: Line) => amount)).toEqual([-500, 125]);
  await sub.patch({ product_id: sub.lite.id, proration_behavior: 'invoice' });
  const up = (await sub.preview({ product_id: pro.id, proration_behavior: 'invoice' })).body;
  expect(up.lines.map(({ amount }: Line) => amount)).toEqual([-125, 500]);
  expect(await sub.disagreements()).toEqual([]);
});

it.each([
  ['insufficient_funds', 'insufficient funds'],
  ['authentication_required', 'authentication'],
])('a card that says %s: 402 with the processor’s words, and nothing has changed', async (outcome, words) => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.cardAnswers(outcome);
  const before = await sub.show();
  const reply = await sub.patch({ product_id: pro.id, proration_behavior: 'invoice' });
  expect([reply.status, reply.body.error]).toEqual([402, 'PaymentFailed']);
  expect(reply.body.detail.toLowerCase()).toContain(words);
  expect({ ...(await sub.show()), modified_at: null }).toEqual({ ...before, modified_at: null });
  const [order] = await sub.orders();
  expect([order.status, order.due_amount, order.invoice_number]).toEqual(['void', 0, null]);
  expect(await sub.disagreements()).toEqual([]);
});

it('refuses what can’t be subscribed to, by its field', async () => {
  const sub = await bought();
  const other = await bought();
  const refused = async (body: unknown) => {
    const { status, body: answer } = await sub.patch(body);
    return [status, answer.detail[0]?.loc.join('.'), answer.detail[0]?.msg];
  };
  const product = async (body: Record<string, unknown>) =>
    (await sub.make('/v1/products/', { name: 'Other', recurring_interval: 'month', prices: usd(900), ...body })).id;
  const archived = await product({});
  await running.made(sub.token, 'PATCH', `/v1/products/${archived}`, { is_archived: true });
  const euros = [{ amount_type: 'fixed', price_amount: 900, price_currency: 'eur' }];
  const named = [{ amount_type: 'custom', price_currency: 'usd' }];
  for (const [id, words] of [
    [randomUUID(), 'does not exist'],
    [other.lite.id, 'does not exist'],
    [archived, 'archived'],
    [await product({ visibility: 'draft' }), 'draft'],
    [await product({ recurring_interval: null }), 'sold once'],
    [await product({ prices: euros }), 'no price in USD'],
    [await product({ prices: named }), 'name the price'],
  ]) {
    expect(await refused({ product_id: id })).toEqual([422, 'body.product_id', expect.stringContaining(words)]);
    expect((await sub.preview({ product_id: id })).status).toBe(422);
  }
  expect(await refused({ seats: 3 })).toEqual([422, 'body.seats', expect.stringContaining('not sold by the seat')]);
  expect((await sub.patch({ product_id: sub.lite.id })).status).toBe(200);
  expect((await sub.preview({ product_id: sub.lite.id })).body).toMatchObject({ applies_at: null, lines: [] });
  await sub.patch({ cancel_at_period_end: true });
  const late = await sub.patch({ product_id: await product({}) });
  expect([late.status, late.body.error]).toEqual([403, 'AlreadyCanceledSubscription']);
  expect((await other.preview({ product_id: sub.lite.id })).status).toBe(422);
  expect((await running.call(other.token, 'GET', `/v1/subscriptions/${sub.id}/charge-preview`)).status).toBe(404);
});

it('sells more seats, and fewer', async () => {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const tiers = [
    { min_seats: 1, max_seats: 10, price_per_seat: 1000 },
    { min_seats: 11, max_seats: null, price_per_seat: 800 },
  ];
  const prices = [
    { amount_type: 'seat_based', price_currency: 'usd', seat_tiers: { seat_tier_type: 'graduated', tiers } },
  ];
  const product = await make('/v1/products/', { name: 'Fern Team', recurring_interval: 'month', prices });
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, test_clock_id: clock.id });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id, seats: 2 });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [{ id }] = (await running.made(token, 'GET', '/v1/subscriptions/')).items;
  const path = `/v1/subscriptions/${id}`;
  const body = { seats: 14, proration_behavior: 'invoice' };
  const preview = await running.made(token, 'POST', `${path}/change-preview`, body);
  expect(preview).toMatchObject({ total_amount: 11_200, due_amount: 11_200 });
  expect(await running.made(token, 'PATCH', path, body)).toMatchObject({ seats: 14, amount: 13_200 });
  const later = await running.made(token, 'PATCH', path, { seats: 5, proration_behavior: 'next_period' });
  expect(later).toMatchObject({ seats: 14, pending_update: { seats: 5, product_id: null } });
  expect((await running.made(token, 'GET', `${path}/charge-preview`)).total_amount).toBe(5000);
  expect((await running.made(token, 'PATCH', path, { pending_update: null })).pending_update).toBeNull();
  expect((await running.call(token, 'PATCH', path, { seats: 1001 })).status).toBe(422);
  const fixed = await make('/v1/products/', { name: 'Fern', recurring_interval: 'month', prices: usd(900) });
  expect((await running.call(token, 'PATCH', path, { product_id: fixed.id })).status).toBe(422);
});

it('twenty changes at once over HTTP: each is charged or credited once', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.lives('2027-04-16T00:00:00.000Z');
  const wishes = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? pro.id : sub.lite.id));
  const replies = await Promise.all(
    wishes.map((product_id) => sub.patch({ product_id, proration_behavior: 'invoice' })),
  );
  expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
  const totals = (await sub.orders()).map(({ total_amount }: { total_amount: number }) => total_amount);
  const sum = totals.reduce((all: number, one: number) => all + one, 0);
  expect(sum).toBe((await sub.show()).product_id === pro.id ? 750 : 0);
  expect(await sub.disagreements()).toEqual([]);
});

it('a change that races a renewal: the period is billed once, for what holds then', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.lives('2027-04-30T23:59:59.000Z');
  const [advanced, changed] = await Promise.all([
    sub.advance('2027-05-01T00:00:00.000Z'),
    sub.patch({ product_id: pro.id, proration_behavior: 'invoice' }),
  ]);
  expect([advanced.status, changed.status]).toEqual([200, 200]);
  await eventually(sub.isReady);
  const cycles = await sub.orders('subscription_cycle');
  expect(cycles).toHaveLength(1);
  const updates = (await sub.orders()).reduce(
    (sum: number, { total_amount }: { total_amount: number }) => sum + total_amount,
    0,
  );
  // Before the renewal next to nothing, after it the whole difference.
  expect(cycles[0].total_amount + updates).toBe(2000);
  expect(await sub.disagreements()).toEqual([]);
});

it('a customer changes it in their portal, where the shop lets them, to what it shows', async () => {
  const sub = await bought();
  const [pro, hidden] = [
    await sub.monthly('Fern Pro', 2000),
    await sub.monthly('Fern X', 900, { visibility: 'private' }),
  ];
  const { token: session } = await sub.make('/v1/customer-sessions/', { customer_id: sub.customer.id });
  const mine = (body: unknown) => running.call(session, 'PATCH', `/v1/customer-portal/subscriptions/${sub.id}`, body);
  expect((await mine({ product_id: pro.id })).body.error).toBe('UpdateSubscriptionPlanNotAllowed');
  await running.made(sub.token, 'PATCH', `/v1/organizations/${sub.organization.id}`, {
    customer_portal_settings: { usage: { show: true }, subscription: { update_seats: false, update_plan: true } },
  });
  expect((await mine({ product_id: hidden.id })).status).toBe(422);
  expect((await mine({ product_id: pro.id })).body).toMatchObject({ product_id: pro.id, amount: 2000 });
});
