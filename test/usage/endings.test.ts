/** What was used is billed, or given away, where a subscription ends or a trial comes between. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const TRIAL = { trial_interval: 'day', trial_interval_count: 14 };

it('never charges what was used in a trial that is called off, before its product was changed neither', async () => {
  const ada = await aMeteredSubscriber(running, { product: TRIAL });
  await ada.uses(100_000);
  const prices = [fixed(2000), metered(ada.meter.id, '0.01')];
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'month', prices, ...TRIAL });
  expect((await ada.patch({ product_id: pro.id })).status).toBe(200);
  expect(await ada.shown()).toMatchObject({ status: 'trialing', product_id: pro.id });
  await ada.uses(50_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 2000 + 2000 + 500 });
  await ada.patch({ cancel_at_period_end: true });
  expect(await ada.preview()).toMatchObject({ total_amount: 0 });
  await ada.lives('2027-04-16');
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.orders()).toHaveLength(1);
  expect(await ada.disagreements()).toEqual([]);
});

it('bills what was used before a trial was added, and nothing more where that is called off', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  expect((await ada.patch({ trial_end: '2027-04-20T00:00:00Z' })).status).toBe(200);
  expect((await ada.shown()).meters).toMatchObject([{ consumed_units: 0, amount: 0 }]);
  await ada.uses(50_000);
  await ada.patch({ cancel_at_period_end: true });
  expect(await ada.preview()).toMatchObject({ total_amount: 2000 });
  await ada.lives('2027-04-21');
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.lastLines()).toEqual(['Tokens (100,000) 2000']);
  expect(await ada.disagreements()).toEqual([]);
});

it('bills what was used before and in an added trial with the charge at its end', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  await ada.patch({ trial_end: '2027-04-20T00:00:00Z' });
  await ada.uses(50_000);
  await ada.lives('2027-04-20');
  const lines = ['Fern AI 500', 'Tokens (100,000) 2000', 'Tokens (50,000) 1000'];
  expect((await ada.lastLines()).toSorted()).toEqual(lines);
  expect(await ada.disagreements()).toEqual([]);
});

it('ends the period’s usage with a trial that is added to it and ends with it', async () => {
  const ada = await aMeteredSubscriber(running, { customer: { test_clock_id: undefined } });
  await ada.uses(100_000);
  const { current_period_end } = await ada.shown();
  expect((await ada.patch({ trial_end: current_period_end })).status).toBe(200);
  const accounts: { ends: Date | null }[] = await running.orm.em
    .fork()
    .execute('select period_end as ends from usage_accounts where meter_id = ?', [ada.meter.id]);
  expect(accounts.map(({ ends }) => ends && new Date(ends).toISOString())).toEqual([
    current_period_end,
    current_period_end,
  ]);
});

it('bills what came after the end of a period that is past due where the subscription ends then', async () => {
  const ada = await aMeteredSubscriber(running, { customer: { test_clock_id: undefined } });
  await ada.uses(1000);
  // As it stands when the period is over and its renewal waits for what is unpaid.
  const em = running.orm.em.fork();
  await em.execute(`update subscriptions set status = 'past_due' where id = ?::uuid`, [ada.id]);
  await em.execute(`update usage_accounts set period_end = now() - interval '1 hour' where meter_id = ?::uuid`, [
    ada.meter.id,
  ]);
  await ada.uses(100_000);
  expect(await ada.balance()).toMatchObject({ consumed_units: 1000 });
  await ada.patch({ revoke: true });
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.lastLines()).toEqual(['Tokens (101,000) 2020']);
});
