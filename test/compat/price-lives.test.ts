/** Subscriptions by seats and of one's own amount live on under a test clock, whatever becomes of their product's price. */
import { randomUUID } from 'node:crypto';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running.close());

type Body = Record<string, unknown>;
const seatBased = (each: number, beyond: number) => ({
  amount_type: 'seat_based',
  price_currency: 'usd',
  seat_tiers: {
    seat_tier_type: 'graduated',
    tiers: [
      { min_seats: 1, max_seats: 10, price_per_seat: each },
      { min_seats: 11, price_per_seat: beyond },
    ],
  },
});
const custom = (minimum_amount: number) => ({ amount_type: 'custom', price_currency: 'usd', minimum_amount });

async function aSubscriber(price: Body, chosen: Body, trial: Body = {}) {
  const terms = { name: 'Fern Team', recurring_interval: 'month', prices: [price], ...trial };
  const product = await running.made(token, 'POST', '/v1/products/', terms);
  const frozen_time = '2027-01-31T00:00:00Z';
  const clock = await running.made(token, 'POST', '/v1/test-clocks/', { name: 'A life', frozen_time });
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await running.made(token, 'POST', '/v1/customers/', { email, test_clock_id: clock.id });
  const body = { products: [product.id], customer_id: customer.id, ...chosen };
  const checkout = await running.made(token, 'POST', '/v1/checkouts/', body);
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  return {
    async livesUntil(day: string) {
      await running.made(token, 'POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: `${day}T00:00:00Z` });
      for (;;) {
        const { status } = await running.made(token, 'GET', `/v1/test-clocks/${clock.id}`);
        if (status === 'ready') return;
        await new Promise((passed) => setTimeout(passed, 50));
      }
    },
    reprices: (...prices: Body[]) => running.made(token, 'PATCH', `/v1/products/${product.id}`, { prices }),
    async orders(): Promise<string[]> {
      const query = `customer_id=${customer.id}&sorting=created_at`;
      const { items } = await running.made(token, 'GET', `/v1/orders/?${query}`);
      return items.map(
        ({ created_at, status, total_amount, seats, items: [line] }: Body & { items: Body[] }) =>
          `${String(created_at).slice(0, 10)} ${status} ${total_amount} ${seats} ${line?.label}`,
      );
    },
    async subscription() {
      return (await running.made(token, 'GET', `/v1/subscriptions/?customer_id=${customer.id}`)).items[0];
    },
  };
}

const healthy = async () => expect(await running.disagreements(token)).toEqual([]);

it('by seats: three renewals at the price of the purchase, after the product’s changes too', async () => {
  const team = await aSubscriber(seatBased(1000, 800), { seats: 14 });
  await team.livesUntil('2027-02-28');
  await team.reprices(seatBased(2000, 1500));
  await team.livesUntil('2027-04-30');
  expect(await team.orders()).toEqual([
    '2027-01-31 paid 13200 14 Fern Team (14 seats)',
    '2027-02-28 paid 13200 14 Fern Team (14 seats)',
    '2027-03-31 paid 13200 14 Fern Team (14 seats)',
    '2027-04-30 paid 13200 14 Fern Team (14 seats)',
  ]);
  const { seats, amount, prices } = await team.subscription();
  expect([seats, amount, prices[0].is_archived]).toEqual([14, 13_200, true]);
  await healthy();
});

it('of one’s own amount: the same each month, also when less is the least by now, or nothing is custom any more', async () => {
  const patron = await aSubscriber(custom(500), { amount: 700 });
  await patron.livesUntil('2027-02-28');
  await patron.reprices(custom(1000));
  await patron.livesUntil('2027-03-31');
  await patron.reprices({ amount_type: 'fixed', price_currency: 'usd', price_amount: 9900 });
  await patron.livesUntil('2027-04-30');
  expect(await patron.orders()).toEqual([
    '2027-01-31 paid 700 null Fern Team',
    '2027-02-28 paid 700 null Fern Team',
    '2027-03-31 paid 700 null Fern Team',
    '2027-04-30 paid 700 null Fern Team',
  ]);
  expect(await patron.subscription()).toMatchObject({ amount: 700, seats: null });
  await healthy();
});

it('by seats, after a trial', async () => {
  const trial = { trial_interval: 'day', trial_interval_count: 14 };
  const team = await aSubscriber(seatBased(1000, 800), { seats: 2 }, trial);
  expect(await team.subscription()).toMatchObject({ status: 'trialing', seats: 2, amount: 2000 });
  await team.livesUntil('2027-03-14');
  expect(await team.orders()).toEqual([
    '2027-01-31 paid 0 2 Trial period for Fern Team',
    '2027-02-14 paid 2000 2 Fern Team (2 seats)',
    '2027-03-14 paid 2000 2 Fern Team (2 seats)',
  ]);
  await healthy();
});
