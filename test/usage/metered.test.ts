/** What customers use is billed with their next order: lives of subscriptions with metered prices. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

it('bills tokens beyond the included ones on the renewal: 150,000 at $0.20 per 1,000 with 100,000 credited', async () => {
  const ada = await aMeteredSubscriber(running, { credits: 100_000 });
  await ada.isCredited(100_000);
  await ada.uses(120_000);
  await ada.uses(30_000);
  expect(await ada.balance()).toMatchObject({ consumed_units: 150_000, credited_units: 100_000, balance: -50_000 });
  expect((await ada.shown()).meters).toMatchObject([
    { consumed_units: 150_000, credited_units: 100_000, amount: 1000 },
  ]);
  expect(await ada.preview()).toMatchObject({ total_amount: 1500 });
  await ada.lives('2027-05-01');
  expect(await ada.lastLines()).toEqual(['Fern AI 500', 'Tokens (150,000, of which 100,000 are included) 1000']);
  expect((await ada.orders()).at(-1)).toMatchObject({ status: 'paid', billing_reason: 'subscription_cycle' });
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 100_000, balance: 100_000 });
  await ada.lives('2027-06-01');
  expect(await ada.lastLines()).toEqual(['Fern AI 500', 'Tokens (0, of which 100,000 are included) 0']);
  expect(await ada.disagreements()).toEqual([]);
});

it('costs at most its cap', async () => {
  const ada = await aMeteredSubscriber(running, { cap: 700 });
  await ada.uses(100_000);
  expect((await ada.shown()).meters).toMatchObject([{ amount: 700 }]);
  await ada.lives('2027-05-01');
  expect(await ada.lastLines()).toEqual(['Fern AI 500', 'Tokens (100,000) 700']);
});

it('takes a card and nothing at first where there is nothing but usage, and stays at the price it was bought at', async () => {
  const ada = await aMeteredSubscriber(running, { prices: [] });
  expect(ada.checkout).toMatchObject({
    ...{ amount: 0, total_amount: 0, is_payment_required: false, is_payment_setup_required: true },
    is_free_product_price: false,
  });
  expect(await ada.orders()).toMatchObject([{ status: 'paid', total_amount: 0, items: [] }]);
  await ada.uses(50_000);
  await running.made(ada.token, 'PATCH', `/v1/products/${ada.product.id}`, { prices: [metered(ada.meter.id, '5')] });
  await ada.lives('2027-05-01');
  expect(await ada.lastLines()).toEqual(['Tokens (50,000) 1000']);
  const { prices } = await ada.shown();
  expect(prices).toMatchObject([{ amount_type: 'metered_unit', unit_amount: '0.02', is_archived: true }]);
});

it('bills the last usage in a final order where it is canceled with its period', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  await ada.patch({ cancel_at_period_end: true });
  expect(await ada.preview()).toMatchObject({ total_amount: 2000 });
  await ada.lives('2027-05-02');
  expect(await ada.lastLines()).toEqual(['Tokens (100,000) 2000']);
  expect((await ada.orders()).at(-1)).toMatchObject({ status: 'paid', billing_reason: 'subscription_meter_cycle' });
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.disagreements()).toEqual([]);
});

it('leaves the last usage owed where it is revoked, and makes no order where nothing was used', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  await ada.patch({ revoke: true });
  expect((await ada.orders()).at(-1)).toMatchObject({ status: 'pending', total_amount: 2000 });
  const ben = await aMeteredSubscriber(running);
  await ben.patch({ revoke: true });
  expect(await ben.orders()).toHaveLength(1);
  expect(await ada.disagreements()).toEqual([]);
});

it('bills a trial’s usage with the first charge, and never where the trial is called off', async () => {
  const trial = { trial_interval: 'day', trial_interval_count: 14 };
  const ada = await aMeteredSubscriber(running, { product: trial });
  await ada.uses(10_000);
  await ada.lives('2027-04-15');
  expect(await ada.lastLines()).toEqual(['Fern AI 500', 'Tokens (10,000) 200']);
  const ben = await aMeteredSubscriber(running, { product: trial });
  await ben.uses(10_000);
  await ben.patch({ cancel_at_period_end: true });
  await ben.lives('2027-04-16');
  expect(await ben.shown()).toMatchObject({ status: 'canceled' });
  expect(await ben.orders()).toHaveLength(1);
});

it('takes a discount off usage too, and credits no more for unused time than the base was charged with', async () => {
  const ada = await aMeteredSubscriber(running);
  const half = { name: 'Half', type: 'percentage', basis_points: 5000, duration: 'forever' };
  const discount = await ada.make('/v1/discounts/', half);
  await ada.patch({ discount_id: discount.id });
  await ada.uses(100_000);
  await ada.lives('2027-05-01');
  expect((await ada.orders()).at(-1)).toMatchObject({ discount_amount: 1250, total_amount: 1250 });
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'month', prices: [fixed(2000)] });
  await ada.patch({ product_id: pro.id, proration_behavior: 'invoice' });
  const change = (await ada.orders()).find(({ billing_reason }) => billing_reason === 'subscription_update');
  expect(change?.items).toMatchObject([{ amount: -250 }, { amount: 1000 }]);
  expect(await ada.disagreements()).toEqual([]);
});

it('keeps usage for the next order where the product changes to one without the meter', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'month', prices: [fixed(500)] });
  expect((await ada.patch({ product_id: pro.id, proration_behavior: 'prorate' })).status).toBe(200);
  expect((await ada.shown()).meters).toEqual([]);
  await ada.uses(777);
  await ada.lives('2027-05-01');
  expect((await ada.orders()).at(-1)).toMatchObject({ total_amount: 2500 });
  expect((await ada.lastLines()).filter((line) => line.startsWith('Tokens'))).toEqual(['Tokens (100,000) 2000']);
});

it('keeps usage for the order of its resumption where it pauses, and counts none meanwhile', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  await ada.patch({ pause_at_period_end: true });
  await ada.lives('2027-05-02');
  expect(await ada.orders()).toHaveLength(1);
  await ada.uses(999);
  await ada.patch({ resume: true });
  expect((await ada.lastLines()).sort()).toEqual(['Fern AI 500', 'Tokens (100,000) 2000']);
  await ada.uses(50_000);
  await ada.lives('2027-06-02');
  expect(await ada.lastLines()).toEqual(['Fern AI 500', 'Tokens (50,000) 1000']);
});

it('sells seats and usage together', async () => {
  const seats = {
    ...{ amount_type: 'seat_based', price_currency: 'usd' },
    seat_tiers: { tiers: [{ min_seats: 1, max_seats: null, price_per_seat: 1000 }] },
  };
  const ada = await aMeteredSubscriber(running, { prices: [seats], checkout: { seats: 3 } });
  await ada.uses(50_000);
  await ada.lives('2027-05-01');
  expect(await ada.lastLines()).toEqual(['Fern AI (3 seats) 3000', 'Tokens (50,000) 1000']);
});

it('counts duplicates once, and backdated events when they come', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(1000, { external_id: 'one' });
  await ada.uses(1000, { external_id: 'one' });
  await ada.lives('2027-05-01');
  expect((await ada.lastLines())[1]).toBe('Tokens (1,000) 20');
  await ada.uses(2000, { timestamp: '2020-01-01T00:00:00Z' });
  await ada.lives('2027-06-01');
  expect((await ada.lastLines())[1]).toBe('Tokens (2,000) 40');
});

it('keeps usage for the next order where a checkout upgrades what was paid by use alone', async () => {
  const ada = await aMeteredSubscriber(running, { prices: [] });
  await ada.uses(50_000);
  await ada.lives('2027-04-11');
  const [pro, usage] = [fixed(2000), metered(ada.meter.id, '0.01')];
  const { id } = await ada.make('/v1/products/', { name: 'Fern Pro', recurring_interval: 'month', prices: [pro] });
  const ofCheckout = { products: [id], prices: { [id]: [pro, usage] }, subscription_id: ada.id };
  const checkout = await ada.make('/v1/checkouts/', ofCheckout);
  const confirm = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
  await running.made(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
  expect(await ada.lastLines()).toEqual(['Fern Pro 2000']);
  await ada.uses(10_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 2000 + 1000 + 100 });
  await ada.lives('2027-05-12');
  expect((await ada.lastLines()).toSorted()).toEqual(['Fern Pro 2000', 'Tokens (10,000) 100', 'Tokens (50,000) 1000']);
  expect((await ada.orders()).at(-1)).toMatchObject({ status: 'paid', total_amount: 3100 });
  expect(await ada.disagreements()).toEqual([]);
});

it('takes a code of the checkout off the first usage that is paid', async () => {
  const ada = await aMeteredSubscriber(running, { prices: [], code: 'once' });
  expect(await ada.orders()).toMatchObject([{ discount_amount: 0 }]);
  await ada.uses(100_000);
  expect(await ada.preview()).toMatchObject({ discount_amount: 1000, total_amount: 1000 });
  await ada.lives('2027-05-01');
  expect((await ada.orders()).at(-1)).toMatchObject({ discount_amount: 1000, total_amount: 1000 });
  await ada.uses(100_000);
  await ada.lives('2027-06-01');
  expect((await ada.orders()).at(-1)).toMatchObject({ discount_amount: 0, total_amount: 2000 });
  expect(await ada.disagreements()).toEqual([]);
});

it('goes on as ever where the renewal with its usage is declined, and what is used meanwhile waits', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-05-01');
  expect(await ada.shown()).toMatchObject({ status: 'past_due', meters: [{ consumed_units: 0 }] });
  await ada.uses(1000);
  await ada.cardAnswers('succeed');
  await ada.lives('2027-05-04');
  expect((await ada.orders()).at(-1)).toMatchObject({ status: 'paid', total_amount: 2500 });
  await ada.lives('2027-06-01');
  expect(await ada.lastLines()).toEqual(['Fern AI 500', 'Tokens (1,000) 20']);
});
