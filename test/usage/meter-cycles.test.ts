/** Plans that are paid by the year, and whose usage is billed by the month: lives of their subscribers. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered, type Sold } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const YEARLY = { recurring_interval: 'year', meter_interval: 'month' };

/** $60 a year from 1 April 2027, $0.20 for 1,000 tokens beyond 100,000 a month. */
const aYearlySubscriber = async (sold: Sold = {}) => {
  const ada = await aMeteredSubscriber(running, {
    prices: [fixed(6000)],
    credits: 100_000,
    ...sold,
    product: { ...YEARLY, ...sold.product },
  });
  if (sold.credits !== 0 && !sold.product?.['trial_interval']) await ada.isCredited(sold.credits ?? 100_000);
  const usageOrders = async () =>
    (await ada.orders())
      .filter(({ billing_reason }) => billing_reason === 'subscription_meter_cycle')
      .map(({ status, total_amount, items }) => [status, total_amount, ...items.map(({ label }) => label)]);
  return { ...ada, usageOrders };
};

it('bills each month what was used beyond the month’s credits, and the year’s last month with its renewal', async () => {
  const ada = await aYearlySubscriber();
  expect(ada.product).toMatchObject({ meter_interval: 'month', meter_interval_count: 1 });
  expect(await ada.shown()).toMatchObject({
    current_period_end: '2028-04-01T00:00:00.000Z',
    current_meter_period_start: '2027-04-01T00:00:00.000Z',
    current_meter_period_end: '2027-05-01T00:00:00.000Z',
  });
  await ada.uses(150_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 1000, charged_at: '2027-05-01T00:00:00.000Z' });
  await ada.lives('2027-05-01');
  const label = 'Tokens (150,000, of which 100,000 are included)';
  expect(await ada.usageOrders()).toEqual([['paid', 1000, label]]);
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 100_000 });
  expect(await ada.shown()).toMatchObject({
    current_period_start: '2027-04-01T00:00:00.000Z',
    current_meter_period_start: '2027-05-01T00:00:00.000Z',
    current_meter_period_end: '2027-06-01T00:00:00.000Z',
  });
  // Nothing beyond the credits: no order, and the next charge is the renewal.
  await ada.uses(80_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 6000, charged_at: '2028-04-01T00:00:00.000Z' });
  await ada.lives('2028-03-01');
  expect(await ada.usageOrders()).toHaveLength(1);
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 100_000 });
  await ada.uses(200_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 8000, charged_at: '2028-04-01T00:00:00.000Z' });
  await ada.lives('2028-04-01');
  const last = 'Tokens (200,000, of which 100,000 are included) 2000';
  expect(await ada.lastLines()).toEqual(['Fern AI 6000', last]);
  expect((await ada.orders()).at(-1)).toMatchObject({ status: 'paid', billing_reason: 'subscription_cycle' });
  await ada.uses(150_000);
  await ada.lives('2028-05-01');
  expect(await ada.usageOrders()).toEqual([
    ['paid', 1000, label],
    ['paid', 1000, label],
  ]);
  expect(await ada.disagreements()).toEqual([]);
});

it('carries unused units over from month to month with rollover', async () => {
  const ada = await aYearlySubscriber({ rollover: true });
  await ada.uses(40_000);
  await ada.lives('2027-06-02');
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 260_000 });
  expect(await ada.usageOrders()).toEqual([]);
  expect(await ada.disagreements()).toEqual([]);
});

it('goes past due where a month’s usage is declined, and bills what came meanwhile once that is paid', async () => {
  const ada = await aYearlySubscriber({ credits: 0 });
  await ada.uses(50_000);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-05-01');
  expect(await ada.shown()).toMatchObject({ status: 'past_due' });
  await ada.uses(10_000);
  await ada.lives('2027-05-20');
  expect(await ada.usageOrders()).toEqual([['pending', 1000, 'Tokens (50,000)']]);
  await ada.cardAnswers('succeed');
  await ada.lives('2027-05-23');
  expect(await ada.shown()).toMatchObject({ status: 'active', current_period_end: '2028-04-01T00:00:00.000Z' });
  await ada.lives('2027-06-01');
  expect(await ada.usageOrders()).toEqual([
    ['paid', 1000, 'Tokens (50,000)'],
    ['paid', 200, 'Tokens (10,000)'],
  ]);
  // What a change credits of the year is what its own order was for.
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'year', prices: [fixed(12_000)] });
  const change = await ada.make(`/v1/subscriptions/${ada.id}/change-preview`, {
    ...{ product_id: pro.id, proration_behavior: 'invoice' },
  });
  expect(change.lines[0].amount).toBe(-Math.round((6000 * 305) / 366));
  expect(await ada.disagreements()).toEqual([]);
});

it('begins no second dunning while one is under way, and ends where that comes to nothing', async () => {
  const weekly = { recurring_interval: 'week', recurring_interval_count: 8, meter_interval: 'week' };
  const ada = await aYearlySubscriber({ credits: 0, product: weekly });
  await ada.uses(50_000);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-04-09');
  await ada.uses(10_000);
  await ada.lives('2027-04-28');
  expect(await ada.shown()).toMatchObject({ status: 'past_due' });
  expect(await ada.usageOrders()).toEqual([['pending', 1000, 'Tokens (50,000)']]);
  await ada.lives('2027-04-30');
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.usageOrders()).toEqual([
    ['pending', 1000, 'Tokens (50,000)'],
    ['pending', 200, 'Tokens (10,000)'],
  ]);
  expect(await ada.disagreements()).toEqual([]);
});

it('goes on with the meter period in which it is paid, and bills all that was used by then with that one', async () => {
  const weekly = { recurring_interval: 'week', recurring_interval_count: 8, meter_interval: 'week' };
  const ada = await aYearlySubscriber({ credits: 1000, product: weekly });
  await ada.uses(51_000);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-04-09');
  await ada.isCredited(0);
  await ada.uses(11_000);
  await ada.lives('2027-04-21');
  await ada.cardAnswers('succeed');
  await ada.lives('2027-04-23');
  expect(await ada.shown()).toMatchObject({ status: 'active', current_meter_period_start: '2027-04-22T00:00:00.000Z' });
  await ada.isCredited(1000);
  expect(await ada.preview()).toMatchObject({ total_amount: 200, charged_at: '2027-04-29T00:00:00.000Z' });
  await ada.lives('2027-04-29');
  expect((await ada.usageOrders()).map(([status, total]) => [status, total])).toEqual([
    ['paid', 1000],
    ['paid', 200],
  ]);
  expect(await ada.disagreements()).toEqual([]);
});

it('has the units of the missed and the present meter period where the benefit was left while it was unpaid', async () => {
  const weekly = { recurring_interval: 'week', recurring_interval_count: 8, meter_interval: 'week' };
  const ada = await aYearlySubscriber({ credits: 1000, product: weekly });
  await running.made(ada.token, 'PATCH', `/v1/organizations/${ada.organization.id}`, {
    subscription_settings: { ...ada.organization.subscription_settings, benefit_revocation_grace_period: 21 },
  });
  await ada.uses(51_000);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-04-09');
  await ada.uses(11_000);
  await ada.lives('2027-04-21');
  await ada.cardAnswers('succeed');
  await ada.lives('2027-04-23');
  expect(await ada.balance()).toMatchObject({ consumed_units: 11_000, credited_units: 2000 });
  expect(await ada.preview()).toMatchObject({ total_amount: 180 });
  await ada.lives('2027-04-29');
  expect((await ada.usageOrders()).map(([, total]) => total)).toEqual([1000, 180]);
  expect(await ada.balance()).toMatchObject({ consumed_units: 0, credited_units: 1000 });
  expect(await ada.disagreements()).toEqual([]);
});

it('has a discount for months from the first usage that it takes something off', async () => {
  const ada = await aYearlySubscriber({ credits: 0 });
  const half = { name: 'Half', type: 'percentage', basis_points: 5000, duration: 'repeating', duration_in_months: 3 };
  await ada.patch({ discount_id: (await ada.make('/v1/discounts/', half)).id });
  for (const month of ['05', '06', '07', '08']) {
    await ada.uses(50_000);
    const { total_amount } = await ada.preview();
    await ada.lives(`2027-${month}-01`);
    expect((await ada.orders()).at(-1)).toMatchObject({ total_amount });
  }
  expect((await ada.usageOrders()).map(([, total]) => total)).toEqual([500, 500, 500, 1000]);
  expect(await ada.disagreements()).toEqual([]);
});

it('goes on by the month where it is called off, up to a final order', async () => {
  const ada = await aYearlySubscriber({ credits: 0 });
  await ada.patch({ cancel_at_period_end: true });
  await ada.uses(50_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 1000, charged_at: '2027-05-01T00:00:00.000Z' });
  const calledOff = `/v1/subscriptions/${ada.id}/cancel-preview`;
  expect(await ada.make(calledOff, { revoke: false })).toMatchObject({ total_amount: 0, is_charged: false });
  expect(await ada.make(calledOff, { revoke: true })).toMatchObject({ total_amount: 1000, is_charged: false });
  await ada.lives('2027-05-01');
  expect(await ada.usageOrders()).toEqual([['paid', 1000, 'Tokens (50,000)']]);
  await ada.lives('2028-03-02');
  await ada.uses(10_000);
  expect(await ada.make(calledOff, { revoke: false })).toMatchObject({ total_amount: 200 });
  await ada.lives('2028-04-02');
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.usageOrders()).toEqual([
    ['paid', 1000, 'Tokens (50,000)'],
    ['paid', 200, 'Tokens (10,000)'],
  ]);
  expect(await ada.disagreements()).toEqual([]);
});

it('goes past due in the months of what is called off too: only its last order stays owed', async () => {
  const ada = await aYearlySubscriber({ credits: 0 });
  await ada.patch({ cancel_at_period_end: true });
  await ada.uses(50_000);
  await ada.cardAnswers('insufficient_funds');
  await ada.lives('2027-05-02');
  expect(await ada.shown()).toMatchObject({ status: 'past_due', cancel_at_period_end: true });
  await ada.cardAnswers('succeed');
  await ada.lives('2027-05-04');
  expect(await ada.shown()).toMatchObject({ status: 'active', cancel_at_period_end: true });
  expect(await ada.disagreements()).toEqual([]);
});

it('leaves what was used in the month owed where it is revoked', async () => {
  const ada = await aYearlySubscriber({ credits: 0 });
  await ada.lives('2027-05-10');
  await ada.uses(50_000);
  await ada.patch({ revoke: true });
  expect(await ada.usageOrders()).toEqual([['pending', 1000, 'Tokens (50,000)']]);
  expect(await ada.disagreements()).toEqual([]);
});

it('has no meter cycles in a trial: all of it is billed with the first charge', async () => {
  const trial = { trial_interval: 'month', trial_interval_count: 2 };
  const ada = await aYearlySubscriber({ credits: 0, product: trial });
  expect(await ada.shown()).toMatchObject({ current_meter_period_end: '2027-06-01T00:00:00.000Z' });
  await ada.uses(50_000);
  await ada.lives('2027-05-15');
  expect(await ada.orders()).toHaveLength(1);
  await ada.uses(50_000);
  await ada.lives('2027-06-01');
  expect(await ada.lastLines()).toEqual(['Fern AI 6000', 'Tokens (100,000) 2000']);
  await ada.uses(10_000);
  await ada.lives('2027-07-01');
  expect(await ada.usageOrders()).toEqual([['paid', 200, 'Tokens (10,000)']]);
  expect(await ada.disagreements()).toEqual([]);
});

it('goes on by the month until it pauses, and counts its months anew where it resumes', async () => {
  const ada = await aYearlySubscriber({ credits: 0 });
  await ada.patch({ pause_at_period_end: true });
  await ada.uses(50_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 1000, charged_at: '2027-05-01T00:00:00.000Z' });
  await ada.lives('2028-03-10');
  expect(await ada.usageOrders()).toEqual([['paid', 1000, 'Tokens (50,000)']]);
  await ada.uses(10_000);
  await ada.lives('2028-04-11');
  expect(await ada.shown()).toMatchObject({ status: 'paused' });
  expect(await ada.preview()).toMatchObject({ total_amount: 0, charged_at: null });
  await ada.patch({ resume: true });
  expect((await ada.lastLines()).sort()).toEqual(['Fern AI 6000', 'Tokens (10,000) 200']);
  await ada.uses(5_000);
  await ada.lives('2028-05-11');
  expect((await ada.usageOrders()).at(-1)).toEqual(['paid', 100, 'Tokens (5,000)']);
  expect(await ada.disagreements()).toEqual([]);
});

it('keeps its months where its end is moved, and ends the last one with it', async () => {
  const ada = await aYearlySubscriber({ credits: 0 });
  await ada.lives('2027-04-20');
  await ada.patch({ current_billing_period_end: '2027-06-11T00:00:00Z' });
  await ada.uses(50_000);
  await ada.lives('2027-05-02');
  expect(await ada.usageOrders()).toEqual([['paid', 1000, 'Tokens (50,000)']]);
  await ada.lives('2027-06-02');
  expect(await ada.shown()).toMatchObject({
    current_meter_period_start: '2027-06-01T00:00:00.000Z',
    current_meter_period_end: '2027-06-11T00:00:00.000Z',
  });
  await ada.lives('2027-06-11');
  expect(await ada.shown()).toMatchObject({ current_meter_period_end: '2027-07-11T00:00:00.000Z' });
  expect(await ada.disagreements()).toEqual([]);
});

it('takes on the meter cycle of another plan, and leaves it off with a plan that has none', async () => {
  const ada = await aMeteredSubscriber(running, { prices: [fixed(6000)], product: { recurring_interval: 'year' } });
  await ada.uses(50_000);
  const prices = [fixed(6000), metered(ada.meter.id, '0.01')];
  const pro = await ada.make('/v1/products/', { name: 'Pro', ...YEARLY, prices });
  await ada.lives('2027-05-20');
  expect((await ada.patch({ product_id: pro.id, proration_behavior: 'prorate' })).status).toBe(200);
  expect(await ada.shown()).toMatchObject({
    current_period_end: '2028-04-01T00:00:00.000Z',
    current_meter_period_end: '2027-06-01T00:00:00.000Z',
  });
  await ada.uses(20_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 1200, charged_at: '2027-06-01T00:00:00.000Z' });
  await ada.lives('2027-06-01');
  expect((await ada.lastLines()).sort()).toEqual(['Tokens (20,000) 200', 'Tokens (50,000) 1000']);
  expect((await ada.patch({ product_id: ada.product.id, proration_behavior: 'prorate' })).status).toBe(200);
  expect(await ada.shown()).toMatchObject({ current_meter_period_start: null, current_meter_period_end: null });
  await ada.uses(30_000);
  await ada.lives('2027-08-01');
  expect(await ada.orders()).toHaveLength(2);
  expect(await ada.disagreements()).toEqual([]);
});

it('takes a discount that is for once off the first usage that is paid', async () => {
  const ada = await aYearlySubscriber({ prices: [], credits: 0, code: 'once' });
  await ada.lives('2027-05-02');
  expect(await ada.usageOrders()).toEqual([]);
  await ada.uses(50_000);
  expect(await ada.preview()).toMatchObject({ discount_amount: 500, total_amount: 500 });
  await ada.lives('2027-06-01');
  await ada.uses(50_000);
  await ada.lives('2027-07-01');
  expect((await ada.usageOrders()).map(([, total]) => total)).toEqual([500, 1000]);
  expect(await ada.disagreements()).toEqual([]);
});
