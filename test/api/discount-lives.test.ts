/** Whole lives of subscriptions with a discount, under a test clock. */
import { randomUUID } from 'node:crypto';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const aDiscount = (more: object) =>
  make('/v1/discounts/', { name: 'Half off', type: 'percentage', basis_points: 5000, ...more });

interface Bought {
  readonly discount?: { readonly id: string };
  readonly card?: string | null;
  readonly product?: object;
}

/** Bought on 31 January 2027 at $20 a month. */
async function aSubscription({ discount, card = 'pm_card_visa', product: more = {} }: Bought) {
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: '2027-01-31T00:00:00Z' });
  const product = await make('/v1/products/', {
    name: 'Fern Pro',
    recurring_interval: 'month',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
    ...more,
  });
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, test_clock_id: clock.id });
  const checkout = await make('/v1/checkouts/', {
    products: [product.id],
    customer_id: customer.id,
    discount_id: discount?.id ?? null,
  });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: card === null ? null : await running.aCard(card),
  });
  const { subscription_id: id } = await running.made(token, 'GET', `/v1/checkouts/${checkout.id}`);
  const show = () => running.made(token, 'GET', `/v1/subscriptions/${id}`);
  return {
    id,
    show,
    change: (body: object) => running.call(token, 'PATCH', `/v1/subscriptions/${id}`, body),
    /** Until noon, UTC. */
    async livesUntil(day: string): Promise<void> {
      const path = `/v1/test-clocks/${clock.id}`;
      await running.made(token, 'POST', `${path}/advance`, { frozen_time: `${day}T12:00:00Z` });
      await eventually(async () => ((await running.made(token, 'GET', path)).status === 'ready' ? true : undefined));
    },
    discountId: async () => (await show()).discount_id,
    async totals(): Promise<number[]> {
      const { items } = await running.made(
        token,
        'GET',
        `/v1/orders/?subscription_id=${id}&sorting=created_at&sorting=invoice_number&limit=100`,
      );
      return items.map((order: { total_amount: number }) => order.total_amount);
    },
    async payments(): Promise<number> {
      const path = `/v1/payments/?customer_id=${customer.id}`;
      return (await running.made(token, 'GET', path)).pagination.total_count;
    },
  };
}

it('takes three months off as three orders, through a short month', async () => {
  const discount = await aDiscount({ duration: 'repeating', duration_in_months: 3 });
  const sub = await aSubscription({ discount });
  await sub.livesUntil('2027-04-29');
  expect(await sub.totals()).toEqual([1000, 1000, 1000]);
  expect(await sub.discountId()).toBe(discount.id);
  await sub.livesUntil('2027-06-01');
  expect(await sub.totals()).toEqual([1000, 1000, 1000, 2000, 2000]);
  expect(await sub.discountId()).toBeNull();
});

it.each([
  ['2027-03-01', '2027-06-15'],
  ['2027-04-10', '2027-08-01'],
])('takes three months off as three orders, with a pause until %s', async (resumesOn, end) => {
  const discount = await aDiscount({ duration: 'repeating', duration_in_months: 3 });
  const sub = await aSubscription({ discount });
  await sub.change({ pause_at_period_end: true, resumes_at: `${resumesOn}T00:00:00Z` });
  await sub.livesUntil(end);
  expect(await sub.totals()).toEqual([1000, 1000, 1000, 2000, 2000]);
});

it('takes three months off as three orders, through two pauses', async () => {
  const discount = await aDiscount({ duration: 'repeating', duration_in_months: 3 });
  const sub = await aSubscription({ discount });
  for (const [pause, resume] of [
    ['2027-03-01', '2027-05-31'],
    ['2027-07-02', '2027-09-15'],
  ] as const) {
    await sub.change({ pause_at_period_end: true });
    await sub.livesUntil(pause);
    await sub.livesUntil(resume);
    await sub.change({ resume: true });
  }
  await sub.livesUntil('2027-11-20');
  expect(await sub.totals()).toEqual([1000, 1000, 1000, 2000, 2000]);
});

it.each([
  // The end that the first period, from 31 January to 28 February, is given on 5 February.
  ['2027-04-05', '2027-08-01', [1000, 1000, 1000, 2000, 2000]],
  ['2027-02-10', '2027-06-01', [1000, 1000, 1000, 2000, 2000]],
])('takes three months off as three orders, with the period’s end moved to %s', async (end, until, totals) => {
  const discount = await aDiscount({ duration: 'repeating', duration_in_months: 3 });
  const sub = await aSubscription({ discount });
  await sub.livesUntil('2027-02-05');
  const moved = await sub.change({ current_billing_period_end: `${end}T00:00:00Z` });
  expect(moved.status).toBe(200);
  await sub.livesUntil(until);
  expect(await sub.totals()).toEqual(totals);
});

it('takes a month off a yearly plan’s first order alone, wherever its end is moved', async () => {
  const discount = await aDiscount({ duration: 'repeating', duration_in_months: 3 });
  const sub = await aSubscription({ discount, product: { recurring_interval: 'year' } });
  await sub.livesUntil('2027-02-05');
  await sub.change({ current_billing_period_end: '2027-03-10T00:00:00Z' });
  expect((await sub.show()).discount_id).toBe(discount.id);
  await sub.livesUntil('2027-03-11');
  expect(await sub.totals()).toEqual([1000, 2000]);
});

it('takes once off the first order alone', async () => {
  const sub = await aSubscription({ discount: await aDiscount({ duration: 'once' }) });
  await sub.livesUntil('2027-04-01');
  expect(await sub.totals()).toEqual([1000, 2000, 2000]);
});

it('never charges what is free for good', async () => {
  const discount = await aDiscount({ duration: 'forever', basis_points: 10_000 });
  const sub = await aSubscription({ discount, card: null });
  await sub.livesUntil('2028-02-01');
  expect(await sub.totals()).toEqual(Array(13).fill(0));
  expect([(await sub.show()).status, await sub.payments()]).toEqual(['active', 0]);
});

it('charges the card that was set up once the free months are over', async () => {
  const discount = await aDiscount({ duration: 'repeating', duration_in_months: 2, basis_points: 10_000 });
  const sub = await aSubscription({ discount });
  await sub.livesUntil('2027-04-01');
  expect(await sub.totals()).toEqual([0, 0, 2000]);
  expect([(await sub.show()).status, await sub.payments()]).toEqual(['active', 1]);
});

it('isn’t used up by a trial', async () => {
  const discount = await aDiscount({ duration: 'once' });
  const sub = await aSubscription({ discount, product: { trial_interval: 'day', trial_interval_count: 14 } });
  const [first] = (await running.made(token, 'GET', `/v1/orders/?subscription_id=${sub.id}`)).items;
  expect([first.total_amount, first.discount_id]).toEqual([0, null]);
  await sub.livesUntil('2027-03-20');
  expect(await sub.totals()).toEqual([0, 1000, 2000]);
});

it('is changed by the merchant from the next order on', async () => {
  const once = await aDiscount({ duration: 'once', max_redemptions: 1 });
  const sub = await aSubscription({});
  const given = await sub.change({ discount_id: once.id });
  expect([given.status, given.body.discount.redemptions_count]).toEqual([200, 1]);
  const { items } = await running.made(token, 'GET', `/v1/subscriptions/?discount_id=${once.id}&sorting=discount`);
  expect(items.map(({ id }: { id: string }) => id)).toEqual([sub.id]);
  await sub.livesUntil('2027-04-01');
  expect(await sub.totals()).toEqual([2000, 1000, 2000]);

  const forever = await aDiscount({ duration: 'forever' });
  await sub.change({ discount_id: forever.id });
  await sub.livesUntil('2027-05-01');
  expect((await sub.change({ discount_id: null })).body.discount).toBeNull();
  await sub.livesUntil('2027-06-01');
  expect(await sub.totals()).toEqual([2000, 1000, 2000, 1000, 2000]);

  const usedUp = await (await aSubscription({})).change({ discount_id: once.id });
  expect([usedUp.status, usedUp.body.detail[0]]).toMatchObject([422, { loc: ['body', 'discount_id'] }]);
  expect((await sub.change({ discount_id: randomUUID() })).status).toBe(422);
  expect(
    (await sub.change({ discount_id: (await aDiscount({ duration: 'once', basis_points: 9900 })).id })).status,
  ).toBe(422);
  await sub.change({ revoke: true });
  expect((await sub.change({ discount_id: forever.id })).status).toBe(403);
});

it('outlives its deletion for those who have it', async () => {
  const discount = await aDiscount({ duration: 'forever' });
  const sub = await aSubscription({ discount });
  await running.made(token, 'DELETE', `/v1/discounts/${discount.id}`);
  await sub.livesUntil('2027-03-01');
  expect(await sub.totals()).toEqual([1000, 1000]);
});

it('leaves nothing that disagrees', async () => {
  const disagreements = await running.disagreements(token);
  expect(disagreements).toEqual([]);
});
