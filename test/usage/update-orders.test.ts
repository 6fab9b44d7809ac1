/** Usage on the orders of changes, and at the prices of checkouts that change a plan. */
import { type Running, startRunning } from '../api/running.ts';
import { aMeteredSubscriber, fixed, metered, type Sold } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

/** $20.00 of usage waits, from a plan that they have left. */
async function withWaitingUsage(sold: Sold) {
  const ada = await aMeteredSubscriber(running, sold);
  const plan = async (name: string, amount: number, unitAmount = '0.02'): Promise<string> => {
    const prices = [fixed(amount), metered(ada.meter.id, unitAmount)];
    return (await ada.make('/v1/products/', { name, recurring_interval: 'month', prices })).id;
  };
  await ada.uses(100_000);
  expect((await ada.patch({ product_id: await plan('Pro', 2000), proration_behavior: 'prorate' })).status).toBe(200);
  const changes = async (wish: object) => {
    const preview = await ada.make(`/v1/subscriptions/${ada.id}/change-preview`, wish);
    expect((await ada.patch(wish)).status).toBe(200);
    const order = (await ada.orders()).at(-1);
    expect(order).toMatchObject({
      ...{ billing_reason: 'subscription_update', status: 'paid', total_amount: preview.total_amount },
      discount_amount: preview.discount_amount,
    });
    return order;
  };
  return { ...ada, plan, changes };
}

it.each([
  ['within the period', 'invoice', 1000],
  // $50.00 of the new plan, and half of it.
  ['that begins a period', 'reset', 1000 + 2500],
])('has the discount that lasts, on the order of a change %s', async (_, proration_behavior, discount) => {
  const ada = await withWaitingUsage({ code: 'forever' });
  const max = await ada.plan('Max', 5000);
  expect((await ada.changes({ product_id: max, proration_behavior }))?.discount_amount).toBe(discount);
  // What the period was charged with is known: it is what a further change credits.
  const pro = await ada.plan('Mini', 0);
  const { lines } = await ada.make(`/v1/subscriptions/${ada.id}/change-preview`, {
    ...{ product_id: pro, proration_behavior: 'invoice' },
  });
  expect(lines).toMatchObject([{ label: 'Unused time on Max', amount: -2500 }]);
  expect(await ada.disagreements()).toEqual([]);
});

it('leaves a discount that is for once to the order of a period', async () => {
  const ada = await withWaitingUsage({ code: 'once', prices: [] });
  const max = await ada.plan('Max', 5000);
  await ada.uses(100_000);
  expect((await ada.changes({ product_id: max, proration_behavior: 'invoice' }))?.discount_amount).toBe(0);
  await ada.lives('2027-05-01');
  // $50.00, and $20.00 of usage.
  expect((await ada.orders()).at(-1)).toMatchObject({ discount_amount: 3500, total_amount: 3500 });
});

it('bills what comes after an upgrade at the price that its buyer was shown', async () => {
  const ada = await aMeteredSubscriber(running, { prices: [{ amount_type: 'free', price_currency: 'usd' }] });
  const prices = [fixed(2000), metered(ada.meter.id, '0.03')];
  const pro = await ada.make('/v1/products/', { name: 'Pro', recurring_interval: 'month', prices });
  const checkout = await ada.make('/v1/checkouts/', { products: [pro.id], subscription_id: ada.id });
  await ada.uses(100_000);
  await running.made(ada.token, 'PATCH', `/v1/products/${pro.id}`, {
    prices: [{ id: pro.prices[0].id }, metered(ada.meter.id, '0.05')],
  });
  const confirm = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
  await running.made(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
  await ada.uses(100_000);
  expect(await ada.shown()).toMatchObject({ product_id: pro.id, meters: [{ amount: 3000 }] });
  await ada.lives('2027-05-01');
  const lines = ['Pro 2000', 'Tokens (100,000) 2000', 'Tokens (100,000) 3000'];
  expect((await ada.lastLines()).toSorted()).toEqual(lines);
});
