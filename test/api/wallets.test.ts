/** What a merchant gives to a customer's balance: once for each key, in the books, and off the next order. */
import { randomUUID } from 'node:crypto';
import { boughtAt } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function customer() {
  const sub = await boughtAt(running);
  const path = `/v1/customers/${sub.customer.id}/balances`;
  const give = (amount: number, more: object = {}) =>
    running.call(sub.token, 'POST', path, {
      ...{ currency: 'usd', amount, reason: 'An outage on Tuesday', idempotency_key: randomUUID() },
      ...more,
    });
  const session = (await sub.make('/v1/customer-sessions/', { customer_id: sub.customer.id })).token;
  return { ...sub, path, give, session, wallets: () => running.made(session, 'GET', '/v1/customer-portal/wallets/') };
}

it('gives, shows it as a wallet, and the next order costs that much less', async () => {
  const sub = await customer();
  expect((await sub.wallets()).items).toEqual([]);
  const given = await sub.give(300);
  expect([given.status, given.body]).toMatchObject([
    201,
    { amount: 300, balance: 300, reason: 'An outage on Tuesday' },
  ]);
  const [wallet] = (await sub.wallets()).items;
  expect(wallet).toMatchObject({ customer_id: sub.customer.id, balance: 300, currency: 'usd' });
  const one = await running.made(sub.session, 'GET', `/v1/customer-portal/wallets/${wallet.id}`);
  expect(one).toEqual(wallet);
  const other = await customer();
  const path = `/v1/customer-portal/wallets/${wallet.id}`;
  expect((await running.call(other.session, 'GET', path)).status).toBe(404);

  await sub.lives('2027-05-01T00:00:01.000Z');
  const [cycle] = await sub.orders('subscription_cycle');
  expect(cycle).toMatchObject({ total_amount: 500, applied_balance_amount: -300 });
  expect((await sub.wallets()).items[0]).toMatchObject({ id: wallet.id, balance: 0 });
  expect(await sub.disagreements()).toEqual([]);
});

it('gives once for each key, however often and at once it is asked', async () => {
  const sub = await customer();
  const idempotency_key = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => sub.give(300, { idempotency_key })));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect((await sub.give(400, { idempotency_key })).status).toBe(409);
  expect((await running.made(sub.token, 'GET', sub.path)).items).toEqual([
    { type: 'billing', currency: 'usd', amount: 300 },
  ]);
  expect(await sub.disagreements()).toEqual([]);
});

it('takes no more than there is', async () => {
  const sub = await customer();
  expect((await sub.give(-1)).status).toBe(422);
  await sub.give(300);
  const idempotency_key = randomUUID();
  const { status, body } = await sub.give(-301, { idempotency_key });
  expect([status, body.detail[0].loc]).toEqual([422, ['body', 'amount']]);
  expect(body.detail[0].msg).toContain('3.00 USD');
  // What was refused has used no key.
  expect((await sub.give(-300, { idempotency_key })).body.balance).toBe(0);
  expect((await sub.give(0)).status).toBe(422);
  expect((await sub.give(1, { currency: 'xxx' })).status).toBe(422);
  expect(await sub.disagreements()).toEqual([]);
});

it('two that take at once do not take it twice', async () => {
  const sub = await customer();
  await sub.give(300);
  const answers = await Promise.all([sub.give(-200), sub.give(-200)]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422]);
  expect((await sub.wallets()).items[0].balance).toBe(100);
  expect(await sub.disagreements()).toEqual([]);
});
