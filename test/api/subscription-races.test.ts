/** Much is asked of one subscription at once: whatever came of it, it could have been asked one after the other. */
import { boughtAt } from './changing.ts';
import { eventually } from './everything.ts';
import { type Reply, type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const bought = () => boughtAt(running);
const statuses = (replies: readonly Reply[]) => replies.map(({ status }) => status);
const END = '2027-05-01T00:00:00.000Z';

interface Billed {
  readonly total_amount: number;
  readonly status: string;
  readonly items: readonly { readonly label: string; readonly amount: number }[];
}

/** 1 to 10 seats at $10 each, 11 and more at $8. */
const seatPrice = {
  ...{ amount_type: 'seat_based', price_currency: 'usd' },
  seat_tiers: {
    seat_tier_type: 'volume',
    tiers: [
      { min_seats: 1, max_seats: 10, price_per_seat: 1000 },
      { min_seats: 11, max_seats: null, price_per_seat: 800 },
    ],
  },
};
const costOf = (seats: number) => seats * (seats <= 10 ? 1000 : 800);

it('twenty changes of seats at once are twenty changes in some order', async () => {
  const sub = await bought();
  const team = await sub.monthly('Fern Team', 0, { prices: [seatPrice] });
  await sub.patch({ product_id: team.id, proration_behavior: 'invoice' });
  const asked = Array.from({ length: 20 }, (_, index) => index + 2);
  const replies = await Promise.all(asked.map((seats) => sub.patch({ seats, proration_behavior: 'invoice' })));
  expect(statuses(replies)).toEqual(asked.map(() => 200));

  // The clock stands still at the period's first moment: each change credits all of what the one before it cost.
  const orders: Billed[] = await sub.orders();
  // All but the one that brought it from $5 to its first seat.
  const changes = orders.map(({ items }) => items.map(({ amount }) => amount)).filter(([credit]) => credit !== -500);
  // Once each: what was asked once is made once, whatever else comes in between.
  expect(changes.map(([, charge = 0]) => charge).toSorted()).toEqual(asked.map(costOf).toSorted());
  const { seats } = await sub.show();
  const made = new Map(changes.map(([credit = 0, charge = 0]) => [-credit, charge]));
  let [at, steps] = [costOf(1), 0];
  for (let next = made.get(at); next !== undefined && steps < asked.length; next = made.get(at)) {
    at = next;
    steps += 1;
  }
  expect([steps, at]).toEqual([asked.length, costOf(seats)]);
  expect(await sub.disagreements()).toEqual([]);
});

it('a cancellation in the moment of the renewal comes before it or after it', async () => {
  const sub = await bought();
  await sub.lives('2027-04-30T23:59:59.000Z');
  const [, canceled] = await Promise.all([
    sub.advance('2027-05-01T00:00:05.000Z'),
    sub.patch({ cancel_at_period_end: true }),
  ]);
  await eventually(sub.isReady);
  const { status, cancel_at_period_end } = await sub.show();
  const renewals = await sub.orders('subscription_cycle');
  const before = { status: 'canceled', renewals: 0 };
  const after = { status: 'active', renewals: 1 };
  expect([before, after]).toContainEqual({ status, renewals: renewals.length });
  // It has never ended unasked, nor was an answer of success worth nothing.
  expect(status === 'canceled' || cancel_at_period_end === (canceled.status === 200)).toBe(true);
  expect(renewals.map((order: Billed) => order.status)).toEqual(renewals.map(() => 'paid'));
  expect(await sub.disagreements()).toEqual([]);
});

it('changes in the moment of the retry are refused while it is unpaid, or made once it is paid', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.cardAnswers('insufficient_funds');
  await sub.lives(END);
  expect((await sub.show()).status).toBe('past_due');
  const change = { product_id: pro.id, proration_behavior: 'invoice' };
  const refused = await Promise.all(Array.from({ length: 5 }, () => sub.patch(change)));
  expect(refused.every(({ status }) => status === 403)).toBe(true);
  expect(await sub.orders()).toEqual([]);

  await sub.cardAnswers('succeed');
  const [, ...changed] = await Promise.all([
    sub.advance('2027-05-03T00:00:05.000Z'),
    ...Array.from({ length: 5 }, () => sub.patch(change)),
  ]);
  await eventually(sub.isReady);
  const succeeded = changed.filter(({ status }) => status === 200).length;
  expect(changed.every(({ status }) => status === 200 || status === 403)).toBe(true);
  const { status, product_id } = await sub.show();
  expect([status, product_id]).toEqual(['active', succeeded === 0 ? sub.lite.id : pro.id]);
  // The same change made again changes nothing, and costs nothing.
  const paid: Billed[] = await sub.orders();
  expect(paid).toHaveLength(Math.min(1, succeeded));
  expect((await sub.orders('subscription_cycle')).map((order: Billed) => order.status)).toEqual(['paid']);
  expect(await sub.disagreements()).toEqual([]);
});

it('of a pause and a change at once, the pause is set, and the change is made before it or refused', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  const [paused, changed] = await Promise.all([
    sub.patch({ pause_at_period_end: true }),
    sub.patch({ product_id: pro.id, proration_behavior: 'invoice' }),
  ]);
  expect(paused.status).toBe(200);
  const isChanged = changed.status === 200;
  const shown = await sub.show();
  expect(shown).toMatchObject({ pause_at_period_end: true, product_id: isChanged ? pro.id : sub.lite.id });
  const totals = (await sub.orders()).map((order: Billed) => order.total_amount);
  expect(totals).toEqual(isChanged ? [1500] : []);
  // What could not be changed any more is not previewed either.
  expect((await sub.preview({ product_id: pro.id })).status).toBe(422);
  expect(await sub.disagreements()).toEqual([]);
});

it('what is revoked, changed and canceled at once ends, and is billed for what was answered', async () => {
  const sub = await bought();
  const pro = await sub.monthly('Fern Pro', 2000);
  const [revoked, changed, canceled] = await Promise.all([
    running.call(sub.token, 'DELETE', `/v1/subscriptions/${sub.id}`),
    sub.patch({ product_id: pro.id, proration_behavior: 'invoice' }),
    sub.patch({ cancel_at_period_end: true }),
  ]);
  expect(revoked.status).toBe(200);
  expect((await sub.show()).status).toBe('canceled');
  const totals = (await sub.orders()).map((order: Billed) => order.total_amount);
  expect(totals).toEqual(changed.status === 200 ? [1500] : []);
  expect([200, 403]).toContain(canceled.status);
  expect(await sub.disagreements()).toEqual([]);
});
