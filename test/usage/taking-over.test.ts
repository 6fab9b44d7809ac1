/** A subscription that bills a meter takes it over from one that only credits units: its bill begins with it, and it gives the meter back. */
import { type Running, startRunning } from '../api/running.ts';
import { inRealTime } from './real-time.ts';
import { fixed, metered } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** Credited with 1,000 tokens a week, beyond which nothing is billed. */
async function aCreditedCustomer() {
  const ada = await inRealTime(
    running,
    { credits: 1000, product: { recurring_interval: 'week', prices: [fixed(100)] } },
    { grace: 21 },
  );
  const prices = [fixed(700), metered(ada.meter.id, '1')];
  const billing = await ada.make('/v1/products/', { name: 'By use', recurring_interval: 'month', prices });
  return {
    ...ada,
    async buys() {
      const body = { products: [billing.id], customer_id: ada.customer.id };
      const { client_secret } = await ada.make('/v1/checkouts/', body);
      const confirm = `/v1/checkouts/client/${client_secret}/confirm`;
      await running.made(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
      const { items } = await ada.show(`/v1/subscriptions/?customer_id=${ada.customer.id}&product_id=${billing.id}`);
      return ada.show(`/v1/subscriptions/${items[0].id}`);
    },
  };
}

it.each(['active', 'past due'])('does not bill what came after the period of one that is %s', async (status) => {
  const ada = await aCreditedCustomer();
  if (status === 'past due') {
    await ada.daysPass(7.01);
    await ada.isDeclined('renewal');
  }
  await ada.uses(300);
  await ada.daysPass(7.01);
  await ada.uses(700);
  const bought = await ada.buys();
  expect(bought.meters).toMatchObject([{ consumed_units: 0, amount: 0 }]);
  await ada.uses(50);
  expect(await ada.show(`/v1/subscriptions/${bought.id}/charge-preview`)).toMatchObject({ total_amount: 750 });
  expect(await ada.ends()).toEqual([bought.current_period_end]);
  await running.made(ada.token, 'PATCH', `/v1/subscriptions/${bought.id}`, { revoke: true });
  expect(await ada.ends()).toEqual([status === 'active' ? (await ada.shown()).current_period_end : null]);
});
