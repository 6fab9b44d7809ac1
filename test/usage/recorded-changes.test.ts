/** What changes of a subscription bring stands among its customer's events, as the peer's client reads them. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Polar } from '@polar-sh/sdk';
import { boughtAt, START } from '../api/changing.ts';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const DAY = 86_400_000;
const dayOf = (n: number) => new Date(Date.parse(START) + n * DAY).toISOString();

async function aLife() {
  const life = await boughtAt(running);
  const polar = new Polar({ accessToken: life.token, serverURL: running.api });
  const changed = async (body: unknown) => {
    const { status, body: answer } = await life.patch(body);
    if (status >= 300) throw new Error(JSON.stringify(answer));
  };
  /** Names and metadata, the oldest first, without those of its beginning. */
  const told = async () => {
    const { items } = await polar.events.list({
      ...{ customerId: life.customer.id, source: 'system', limit: 100, sorting: ['timestamp'] },
    });
    return items.flatMap(({ name, metadata }) =>
      name.startsWith('subscription.') && name !== 'subscription.created' ? [{ name, metadata }] : [],
    );
  };
  return { ...life, changed, told };
}

const TENTH = { name: 'A tenth', type: 'percentage', basis_points: 1000, duration: 'forever' };
/** Every seat costs $10. */
const SEATS = {
  ...{ amount_type: 'seat_based', price_currency: 'usd' },
  seat_tiers: {
    seat_tier_type: 'volume',
    tiers: [{ min_seats: 1, max_seats: null, price_per_seat: 1000 }],
  },
};

it('tells of another product and of seats, and how they took hold', async () => {
  const { id, lite, monthly, changed, told, lives } = await aLife();
  const team = await monthly('Fern Team', 0, { prices: [SEATS] });
  await lives(dayOf(1));
  await changed({ product_id: team.id, proration_behavior: 'prorate' });
  await lives(dayOf(2));
  await changed({ seats: 3, proration_behavior: 'prorate' });
  await lives(dayOf(3));
  await changed({ seats: 4, proration_behavior: 'invoice' });
  await lives(dayOf(4));
  await changed({ seats: 5, proration_behavior: 'next_period' });
  await lives(dayOf(5));
  const seats = (from: number, to: number, how: string) => ({
    name: 'subscription.seats_updated',
    metadata: { subscriptionId: id, oldSeats: from, newSeats: to, prorationBehavior: how },
  });
  const before = [
    {
      name: 'subscription.product_updated',
      metadata: { subscriptionId: id, oldProductId: lite.id, newProductId: team.id },
    },
    seats(1, 3, 'prorate'),
    seats(3, 4, 'invoice'),
  ];
  expect(await told()).toEqual(before);
  await lives(dayOf(31));
  expect(await told()).toEqual(expect.arrayContaining([...before, seats(4, 5, 'next_period')]));
});

it('tells of a change that was taken back, a moved period, a trial and a discount', async () => {
  const { id, make, monthly, changed, told, lives } = await aLife();
  const pro = await monthly('Fern Pro', 2000);
  const discount = await make('/v1/discounts/', TENTH);
  await lives(dayOf(1));
  await changed({ product_id: pro.id, proration_behavior: 'next_period' });
  await changed({ pending_update: null });
  await lives(dayOf(2));
  await changed({ discount_id: discount.id });
  await lives(dayOf(3));
  await changed({ current_billing_period_end: dayOf(20) });
  await lives(dayOf(4));
  await changed({ trial_end: dayOf(25) });
  expect(await told()).toEqual([
    { name: 'subscription.update_cleared', metadata: { subscriptionId: id } },
    { name: 'subscription.updated', metadata: { subscriptionId: id, discountId: discount.id } },
    {
      name: 'subscription.billing_period_updated',
      metadata: { subscriptionId: id, oldPeriodEnd: '2027-05-01T00:00:00.000Z', newPeriodEnd: dayOf(20) },
    },
    { name: 'subscription.updated', metadata: { subscriptionId: id, trialEnd: dayOf(25) } },
  ]);
});

it('tells of a change whose charge is declined, and of a debt that is paid after all', async () => {
  const { customer, token, monthly, patch, told, lives, cardAnswers, orders } = await aLife();
  const pro = await monthly('Fern Pro', 2000);
  await cardAnswers('insufficient_funds');
  expect((await patch({ product_id: pro.id, proration_behavior: 'invoice' })).status).toBe(402);
  const [voided] = await orders();
  const found = await running.made(token, 'GET', `/v1/events/?customer_id=${customer.id}&name=order.voided`);
  expect(found.items).toMatchObject([{ metadata: { order_id: voided.id, amount: 1500, currency: 'usd' } }]);
  await lives(dayOf(30));
  await cardAnswers('succeed');
  await lives(dayOf(33));
  expect((await told()).map(({ name }) => name)).toEqual([
    ...['subscription.cycled', 'subscription.past_due', 'subscription.reactivated'],
  ]);
});
