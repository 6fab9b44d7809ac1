/** What is used in a trial that is paused at its end: billed with the first charge, or never where none comes. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const TRIAL = { trial_interval: 'day', trial_interval_count: 10 };
type Subscriber = Awaited<ReturnType<typeof aMeteredSubscriber>>;

const ends = (ada: Subscriber) => ada.make(`/v1/subscriptions/${ada.id}/cancel-preview`, { revoke: true });

/** 100,000 tokens in the trial, and another 700 while it is paused. */
async function paused() {
  const ada = await aMeteredSubscriber(running, { product: TRIAL });
  await ada.uses(100_000);
  expect((await ada.patch({ pause_at_period_end: true })).status).toBe(200);
  await ada.lives('2027-04-11');
  expect(await ada.shown()).toMatchObject({ status: 'paused' });
  await ada.uses(700);
  return ada;
}

it('is billed with the charge of the period that resumes it', async () => {
  const ada = await paused();
  await ada.lives('2027-04-15');
  expect(await ada.preview()).toMatchObject({ total_amount: 0 });
  const { token } = await ada.make('/v1/customer-sessions/', { customer_id: ada.customer.id });
  const shown = await running.made(token, 'GET', `/v1/customer-portal/subscriptions/${ada.id}/resume-preview`);
  expect(shown).toMatchObject({ total_amount: 2500 });
  expect((await ada.patch({ resume: true })).status).toBe(200);
  expect((await ada.lastLines()).toSorted()).toEqual(['Fern AI 500', 'Tokens (100,000) 2000']);
  await ada.uses(50_000);
  expect(await ada.preview()).toMatchObject({ total_amount: 1500 });
  await ada.lives('2027-05-15');
  expect((await ada.lastLines()).toSorted()).toEqual(['Fern AI 500', 'Tokens (50,000) 1000']);
  expect(await ada.disagreements()).toEqual([]);
});

it('is never charged where it is revoked, or called off, while it is paused', async () => {
  for (const how of [{ revoke: true }, { cancel_at_period_end: true }]) {
    const ada = await paused();
    expect(await ends(ada)).toMatchObject({ total_amount: 0 });
    expect((await ada.patch(how)).status).toBe(200);
    expect(await ada.shown()).toMatchObject({ status: 'canceled' });
    // Of the checkout.
    expect(await ada.orders()).toMatchObject([{ total_amount: 0 }]);
    expect(await ada.disagreements()).toEqual([]);
  }
});

it('is never charged where the trial is revoked', async () => {
  const ada = await aMeteredSubscriber(running, { product: TRIAL });
  await ada.uses(100_000);
  expect(await ends(ada)).toMatchObject({ total_amount: 0 });
  expect((await ada.patch({ revoke: true })).status).toBe(200);
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect(await ada.orders()).toMatchObject([{ total_amount: 0 }]);
  expect(await ada.disagreements()).toEqual([]);
});

it('is billed at the price of then where the plan was changed in the trial, and once a later pause has come too', async () => {
  const ada = await aMeteredSubscriber(running, { product: TRIAL });
  await ada.uses(100_000);
  const prices = [fixed(700), metered(ada.meter.id, '0.01')];
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'month', prices, ...TRIAL });
  expect((await ada.patch({ product_id: pro.id })).status).toBe(200);
  await ada.uses(50_000);
  await ada.patch({ pause_at_period_end: true });
  await ada.lives('2027-04-11');
  await ada.patch({ resume: true });
  expect((await ada.lastLines()).toSorted()).toEqual(['Pro 700', 'Tokens (100,000) 2000', 'Tokens (50,000) 500']);
  await ada.uses(10_000);
  await ada.patch({ pause_at_period_end: true });
  await ada.lives('2027-05-11');
  expect(await ends(ada)).toMatchObject({ total_amount: 100 });
  await ada.patch({ revoke: true });
  expect(await ada.lastLines()).toEqual(['Tokens (10,000) 100']);
  expect(await ada.disagreements()).toEqual([]);
});

it('leaves what was used before an added trial to pay for where that is paused and then revoked', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  await ada.patch({ trial_end: '2027-04-20T00:00:00Z' });
  await ada.uses(50_000);
  await ada.patch({ pause_at_period_end: true });
  await ada.lives('2027-04-21');
  expect(await ada.shown()).toMatchObject({ status: 'paused' });
  expect(await ends(ada)).toMatchObject({ total_amount: 2000 });
  await ada.patch({ revoke: true });
  expect(await ada.lastLines()).toEqual(['Tokens (100,000) 2000']);
  expect(await ada.disagreements()).toEqual([]);
});

it('leaves what was used of a former plan to pay for where a trial is added in the same instant and called off', async () => {
  const ada = await aMeteredSubscriber(running);
  await ada.uses(100_000);
  const prices = [fixed(500), metered(ada.meter.id, '0.01')];
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'month', prices });
  expect((await ada.patch({ product_id: pro.id, proration_behavior: 'prorate' })).status).toBe(200);
  expect((await ada.patch({ trial_end: '2027-04-20T00:00:00Z' })).status).toBe(200);
  await ada.uses(50_000);
  expect(await ada.shown()).toMatchObject({ status: 'trialing' });
  expect(await ends(ada)).toMatchObject({ total_amount: 2000 });
  expect((await ada.patch({ revoke: true })).status).toBe(200);
  expect((await ada.orders()).at(-1)).toMatchObject({ total_amount: 2000 });
  expect((await ada.lastLines()).filter((each) => each.startsWith('Tokens'))).toEqual(['Tokens (100,000) 2000']);
  expect(await ada.disagreements()).toEqual([]);
});

it('is never charged either where the plan was changed in the very instant in which the trial began', async () => {
  const ada = await aMeteredSubscriber(running, { product: TRIAL });
  await ada.uses(100_000);
  const prices = [fixed(700), metered(ada.meter.id, '0.01')];
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'month', prices, ...TRIAL });
  expect((await ada.patch({ product_id: pro.id })).status).toBe(200);
  expect(await ends(ada)).toMatchObject({ total_amount: 0 });
  expect((await ada.patch({ revoke: true })).status).toBe(200);
  expect(await ada.orders()).toMatchObject([{ total_amount: 0 }]);
  expect(await ada.disagreements()).toEqual([]);
});
