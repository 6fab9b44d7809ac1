/**
 * Purchases, renewals, names, seats, changes and events of the same customers at the same time, also events of the
 * product's own: nobody waits for somebody who waits for them.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { seatBased } from '../api/teams.ts';
import { aShop, fixed, metered, START } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const CUSTOMERS = 2;

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
  // The product's own, one by one and with others: what one transaction tells, several of them count.
  for (const like of ['order', 'subscription', 'benefit', 'e']) {
    const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'like', value: like }] };
    await shop.aMeter(`All of ${like}`, { filter, aggregation: { func: 'count' } });
  }
  const aProduct = async (these: readonly { id: string }[], price: readonly object[] = [fixed(500)]) => {
    const prices = [...price, ...these.map(({ id }) => metered(id, '1'))];
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
  const team = await aProduct([...meters].reverse(), seatBased());
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const customers = await Promise.all(
    Array.from({ length: CUSTOMERS }, async () => {
      const externalId = randomUUID();
      const body = { email: `${externalId}@example.com`, test_clock_id: clock.id };
      return { externalId, id: (await make('/v1/customers/', body)).id };
    }),
  );
  const buys = async (customer: { id: string }, product: { id: string }, seats?: number) => {
    const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id, seats });
    const confirm = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
    await running.made(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
  };
  // Each has what the seats give for a moment.
  const passesSeatsOn = async (subscription: { id: string; customer_id: string }) => {
    for (const name of ['grace', 'alan']) {
      const seat = await make('/v1/customer-seats', {
        ...{ subscription_id: subscription.id, email: `${name}@example.com`, immediate_claim: true },
      });
      const member = `/v1/customers/${subscription.customer_id}/members/${seat.member_id}`;
      await running.made(token, 'DELETE', name === 'alan' ? `/v1/customer-seats/${seat.id}` : member);
    }
  };
  // Its process may be busy for longer than the answer waits.
  const changes = (id: string, body: object) =>
    eventually(async () => {
      const { status } = await running.call(token, 'PATCH', `/v1/subscriptions/${id}`, body);
      return status === 503 ? undefined : status;
    });
  let isOver = false;
  let used = 0;
  const streams = Array.from({ length: 2 }, async () => {
    while (!isOver) {
      const events = [...customers]
        .sort(() => Math.random() - 0.5)
        .flatMap(({ id, externalId }) => [{ customer_id: id }, { external_customer_id: externalId }])
        .map((who) => ({ name: 'call', metadata: { tokens: 1 }, ...who }));
      used += (await make('/v1/events/ingest', { events })).inserted;
      await new Promise((passed) => setTimeout(passed, 30));
    }
  });
  const moments = async () => {
    await Promise.all(customers.map((customer) => buys(customer, products[0])));
    await Promise.all(customers.slice(0, 1).map((customer) => buys(customer, team, 4)));
    const teams = (await show(`/v1/subscriptions/?limit=100&product_id=${team.id}`)).items;
    const [advance] = [
      make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2027-05-02T00:00:00Z' }),
      ...customers.map(({ id, externalId }) => patch(`/v1/customers/${id}`, { external_id: externalId })),
      ...customers.map(({ id }) => patch(`/v1/customers/${id}`, { name: 'Ada' })),
      ...teams.map(passesSeatsOn),
      make(`/v1/products/${team.id}/benefits`, { benefits: [] }),
    ];
    await Promise.all([advance, ...customers.map(({ id }) => patch(`/v1/customers/${id}`, { metadata: { a: 1 } }))]);
    await eventually(async () => ((await show(`/v1/test-clocks/${clock.id}`)).status === 'ready' ? true : undefined));
    const { items } = await show(`/v1/subscriptions/?limit=100&product_id=${products[0].id}`);
    await Promise.all([
      ...customers.map((customer) => buys(customer, products[1])),
      ...items.map(({ id }: { id: string }, i: number) =>
        changes(id, i % 2 ? { revoke: true } : { product_id: products[1].id, proration_behavior: 'prorate' }),
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
  expect(await deadlocks()).toBe(0);
}, 300_000);

/** So many were ended in this database. Each connection tells of its own, ten seconds after it was used at the latest. */
async function deadlocks(): Promise<number> {
  await new Promise((passed) => setTimeout(passed, 11_000));
  const client = new Client({ connectionString: running.services.environment.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  await client.end();
  return Number(rows[0]?.deadlocks);
}
