/** Prepaid usage: a wallet that pays for what is metered, and for nothing else. */
import { randomUUID } from 'node:crypto';
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, type Sold } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** $5 a month, and $0.20 for 1,000 tokens. */
async function aPrepaying(sold: Sold = {}) {
  const ada = await aMeteredSubscriber(running, sold);
  const path = `/v1/customers/${ada.customer.id}/balances`;
  const give = (type: 'usage' | 'billing' | undefined, amount: number, more: object = {}) =>
    running.call(ada.token, 'POST', path, {
      ...{ type, currency: 'usd', amount, reason: 'Paid by bank transfer', idempotency_key: randomUUID() },
      ...more,
    });
  const balances = async () => {
    const { items } = await ada.show(path);
    return Object.fromEntries(items.map(({ type, amount }: { type: string; amount: number }) => [type, amount]));
  };
  return { ...ada, give, balances };
}

it('pays for usage first, the balance for what is left, and the card for the rest', async () => {
  const ada = await aPrepaying();
  expect(await ada.give('usage', 1500)).toMatchObject({ status: 201, body: { type: 'usage', balance: 1500 } });
  await ada.give(undefined, 200);
  await ada.uses(100_000);
  const expected = { total_amount: 2500, applied_balance_amount: -1700, applied_usage_wallet_amount: -1500 };
  expect(await ada.preview()).toMatchObject({ ...expected, due_amount: 800 });
  await ada.lives('2027-05-01');
  expect((await ada.orders()).at(-1)).toMatchObject({ ...expected, status: 'paid' });
  expect(await ada.balances()).toEqual({ billing: 0, usage: 0 });
  expect(await ada.disagreements()).toEqual([]);
});

it('pays for nothing but usage, with its share of discounts and taxes', async () => {
  const ada = await aPrepaying();
  await ada.give('usage', 100_000);
  await ada.lives('2027-05-01');
  expect((await ada.orders()).at(-1)).toMatchObject({ total_amount: 500, applied_balance_amount: 0 });
  const half = await ada.make('/v1/discounts/', {
    ...{ name: 'Half', type: 'percentage', basis_points: 5000, duration: 'forever' },
  });
  await ada.patch({ discount_id: half.id });
  await ada.uses(100_000);
  await ada.lives('2027-06-01');
  expect((await ada.orders()).at(-1)).toMatchObject({
    ...{ total_amount: 1250, discount_amount: 1250, applied_usage_wallet_amount: -1000 },
  });
  expect(await ada.balances()).toEqual({ usage: 99_000 });
  expect(await ada.disagreements()).toEqual([]);
});

it('pays for a meter cycle without a card where it covers it, and holds nothing of an order that stays owed', async () => {
  const yearly = { recurring_interval: 'year', meter_interval: 'month' };
  const ada = await aPrepaying({ prices: [fixed(6000)], product: yearly });
  await ada.give('usage', 1200);
  await ada.uses(50_000);
  await ada.lives('2027-05-01');
  expect((await ada.orders()).at(-1)).toMatchObject({
    ...{
      status: 'paid',
      billing_reason: 'subscription_meter_cycle',
      applied_usage_wallet_amount: -1000,
      due_amount: 0,
    },
  });
  await ada.uses(100_000);
  await ada.cardAnswers('lost_card');
  await ada.lives('2027-06-01');
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect((await ada.orders()).at(-1)).toMatchObject({
    ...{ status: 'pending', applied_balance_amount: 0, applied_usage_wallet_amount: 0, due_amount: 2000 },
  });
  expect(await ada.balances()).toEqual({ usage: 200 });
  expect(await ada.disagreements()).toEqual([]);
});

it('pays in proportion to what is metered where taxes come on top', async () => {
  const ada = await aPrepaying({ customer: { billing_address: { country: 'DE' } } });
  await running.made(ada.token, 'PATCH', `/v1/organizations/${ada.organization.id}`, {
    default_tax_behavior: 'exclusive',
    tax_registrations: ['DE'],
  });
  await ada.give('usage', 100_000);
  await ada.uses(100_000);
  await ada.lives('2027-05-01');
  const order = (await ada.orders()).at(-1);
  expect(order).toMatchObject({ total_amount: 2975, applied_usage_wallet_amount: -2380 });
  expect(await ada.disagreements()).toEqual([]);
});

it('gives and takes once for each key, by type, and never below 0', async () => {
  const ada = await aPrepaying();
  const idempotency_key = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => ada.give('usage', 300, { idempotency_key })));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect((await ada.give('billing', 300, { idempotency_key })).status).toBe(409);
  expect((await ada.give('usage', -301)).status).toBe(422);
  const taken = await Promise.all([ada.give('usage', -200), ada.give('usage', -200)]);
  expect(taken.map(({ status }) => status).toSorted()).toEqual([201, 422]);
  expect(await ada.balances()).toEqual({ usage: 100 });
  expect((await ada.give('goodwill' as 'usage', 1)).status).toBe(422);
  const session = (await ada.make('/v1/customer-sessions/', { customer_id: ada.customer.id })).token;
  const { items } = await running.made(session, 'GET', '/v1/customer-portal/wallets/');
  expect(items).toMatchObject([{ type: 'usage', balance: 100, currency: 'usd' }]);
  expect(await ada.disagreements()).toEqual([]);
});
