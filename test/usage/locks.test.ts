/** Purchases, renewals, names, changes and events of the same customers at the same time: none of them ends another. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aShop, fixed, metered, START } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const CUSTOMERS = 3;

it('are all carried out, and nobody hears of a deadlock', async () => {
  const shop = await aShop(running);
  const { token, organization, make, show } = shop;
  const patch = (path: string, body: unknown) => running.made(token, 'PATCH', path, body);
  await patch(`/v1/organizations/${organization.id}`, {
    subscription_settings: { ...organization.subscription_settings, allow_multiple_subscriptions: true },
  });
  // So that each step tells of the customer's state as well.
  await make('/v1/webhooks/endpoints', {
    ...{ url: 'http://127.0.0.1:9/never', format: 'raw' },
    events: ['customer.state_changed', 'customer.updated', 'order.paid', 'subscription.updated'],
  });
  const meters: { id: string }[] = [];
  for (const name of ['One', 'Two', 'Three']) meters.push(await shop.aMeter(name));
  const aProduct = async (these: readonly { id: string }[]) => {
    const prices = [fixed(500), ...these.map(({ id }) => metered(id, '1'))];
    const product = await make('/v1/products/', { name: 'Fern', recurring_interval: 'month', prices });
    const benefits: string[] = [];
    for (const { id } of these) {
      const properties = { units: 10, rollover: false, meter_id: id };
      benefits.push((await make('/v1/benefits/', { type: 'meter_credit', description: 'Units', properties })).id);
    }
    await make(`/v1/products/${product.id}/benefits`, { benefits });
    return product;
  };
  const products = [await aProduct(meters), await aProduct([...meters].reverse().slice(0, 2))] as const;
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const customers = await Promise.all(
    Array.from({ length: CUSTOMERS }, async () => {
      const externalId = randomUUID();
      const body = { email: `${externalId}@example.com`, test_clock_id: clock.id };
      return { externalId, id: (await make('/v1/customers/', body)).id };
    }),
  );
  const buys = async (customer: { id: string }, product: { id: string }) => {
    const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
    const confirm = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
    await running.made(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
  };
  let isOver = false;
  let used = 0;
  const streams = Array.from({ length: 2 }, async () => {
    while (!isOver) {
      const events = [...customers]
        .sort(() => Math.random() - 0.5)
        .flatMap(({ id, externalId }) => [{ customer_id: id }, { external_customer_id: externalId }])
        .map((who) => ({ name: 'call', metadata: { tokens: 1 }, ...who }));
      used += (await make('/v1/events/ingest', { events })).inserted;
      await new Promise((passed) => setTimeout(passed, 10));
    }
  });
  const moments = async () => {
    await Promise.all(customers.map((customer) => buys(customer, products[0])));
    const [advance] = [
      make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2027-05-02T00:00:00Z' }),
      ...customers.map(({ id, externalId }) => patch(`/v1/customers/${id}`, { external_id: externalId })),
      ...customers.map(({ id }) => patch(`/v1/customers/${id}`, { name: 'Ada' })),
    ];
    await Promise.all([advance, ...customers.map(({ id }) => patch(`/v1/customers/${id}`, { metadata: { a: 1 } }))]);
    await eventually(async () => ((await show(`/v1/test-clocks/${clock.id}`)).status === 'ready' ? true : undefined));
    const { items } = await show('/v1/subscriptions/?limit=100');
    await Promise.all([
      ...customers.map((customer) => buys(customer, products[1])),
      ...items.map(({ id }: { id: string }, i: number) =>
        patch(
          `/v1/subscriptions/${id}`,
          i % 2 ? { revoke: true } : { product_id: products[1].id, proration_behavior: 'prorate' },
        ),
      ),
      ...customers.map(({ id }) => patch(`/v1/customers/${id}`, { name: 'Ben' })),
    ]);
  };
  await moments().finally(() => {
    isOver = true;
  });
  await Promise.all(streams);
  expect(used).toBeGreaterThan(100);
  expect(await running.disagreements(token)).toEqual([]);
});
