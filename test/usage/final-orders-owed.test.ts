/** A declined final order of what was called off: it stays owed whole, and gives back once what it held and credited. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** From $20 to $5 on 2 April 2027, which leaves $14.50 waiting to be given back; then $30 of usage, and called off. */
async function aLeaver() {
  const ada = await aMeteredSubscriber(running, { prices: [fixed(2000)], unitAmount: '1' });
  const prices = [fixed(500), metered(ada.meter.id, '1')];
  const small = await ada.make('/v1/products/', { name: 'Small', recurring_interval: 'month', prices });
  await ada.lives('2027-04-02');
  expect((await ada.patch({ product_id: small.id, proration_behavior: 'prorate' })).status).toBe(200);
  await ada.uses(3000);
  expect((await ada.patch({ cancel_at_period_end: true })).status).toBe(200);
  await ada.cardAnswers('insufficient_funds');
  const balances = `/v1/customers/${ada.customer.id}/balances`;
  const gives = (amount: number, type: 'billing' | 'usage') =>
    ada.make(balances, { currency: 'usd', amount, type, reason: 'Goodwill', idempotency_key: `${type} ${amount}` });
  const has = async () => (await ada.show(balances)).items.map((one: Balance) => [one.type, one.amount]).sort();
  return { ...ada, gives, has };
}

interface Balance {
  readonly type: string;
  readonly amount: number;
}

it.each([
  { title: 'no balance', given: [], left: [['billing', 1450]] },
  { title: 'a balance', given: [['billing', 500]], left: [['billing', 1950]] },
  {
    title: 'a wallet for usage',
    given: [['usage', 700]],
    left: [
      ['billing', 1450],
      ['usage', 700],
    ],
  },
  {
    title: 'both',
    given: [
      ['billing', 500],
      ['usage', 700],
    ],
    left: [
      ['billing', 1950],
      ['usage', 700],
    ],
  },
] as const)('ends with $title, and owes the usage', async ({ given, left }) => {
  const ada = await aLeaver();
  for (const [type, amount] of given) await ada.gives(amount, type);
  await ada.lives('2027-05-02');
  expect(await ada.shown()).toMatchObject({ status: 'canceled' });
  expect((await ada.orders()).at(-1)).toMatchObject({
    ...{ billing_reason: 'subscription_meter_cycle', status: 'pending', total_amount: 1550 },
    ...{ applied_balance_amount: 1450, due_amount: 3000 },
  });
  expect(await ada.has()).toEqual(left);
  expect(await ada.disagreements()).toEqual([]);
});
