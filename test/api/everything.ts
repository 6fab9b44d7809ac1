/** One of each thing that an organization can have, to be tried with others' tokens and with bad input. */
import { randomUUID } from 'node:crypto';
import type { Running } from './running.ts';

export type Everything = Awaited<ReturnType<typeof oneOfEach>>;

export async function oneOfEach(running: Running, token: string) {
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const clock = await make('/v1/test-clocks/', { name: 'A year', frozen_time: '2027-01-31T00:00:00Z' });
  const benefit = await make('/v1/benefits/', {
    type: 'license_keys',
    description: 'A key',
    properties: { activations: { limit: 5, enable_customer_admin: true } },
  });
  const price = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
  const product = await make('/v1/products/', { name: 'Fern Pro', recurring_interval: 'month', prices: [price] });
  await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const discount = await make('/v1/discounts/', {
    ...{ name: 'Half off', code: `HALF-${randomUUID()}`, type: 'percentage', basis_points: 5000, duration: 'once' },
  });
  const field = await make('/v1/custom-fields/', {
    ...{ type: 'text', slug: `note-${randomUUID()}`, name: 'A note', properties: {} },
  });
  const link = await make('/v1/checkout-links/', { products: [product.id] });
  const customer = await make('/v1/customers/', {
    email: `ada-${randomUUID()}@example.com`,
    external_id: `ada-${randomUUID()}`,
    test_clock_id: clock.id,
  });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [subscription] = await list(running, token, '/v1/subscriptions/');
  const [order] = await list(running, token, '/v1/orders/');
  const [payment] = await list(running, token, '/v1/payments/');
  const key = await eventually(async () => (await list(running, token, '/v1/license-keys/'))[0]);
  const activation = await make('/v1/license-keys/activate', {
    key: key.key,
    organization_id: key.organization_id,
    label: 'A laptop',
  });
  const endpoint = await make('/v1/webhooks/endpoints', {
    url: 'http://127.0.0.1:9/never',
    format: 'raw',
    events: ['order.paid'],
  });
  const filter = { conjunction: 'and', clauses: [] };
  const meter = await make('/v1/meters/', { name: 'Calls', filter, aggregation: { func: 'count' } });
  await make('/v1/events/ingest', { events: [{ name: 'call', customer_id: customer.id }] });
  const [event] = await list(running, token, '/v1/events/?source=user');
  const [customerMeter] = await list(running, token, '/v1/customer-meters/');
  const [eventType] = await list(running, token, '/v1/event-types/?source=user');
  const session = await make('/v1/customer-sessions/', { customer_id: customer.id });
  return {
    ...{
      clock,
      benefit,
      product,
      discount,
      field,
      link,
      customer,
      checkout,
      subscription,
      order,
      payment,
      key,
      activation,
      endpoint,
      meter,
      event,
      customerMeter,
      eventType,
      seat: await aSeat(running, token),
    },
    session: session.token as string,
  };
}

/** Of a team, which has a member with it. */
async function aSeat(running: Running, token: string) {
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const seat_tiers = { tiers: [{ min_seats: 1, max_seats: null, price_per_seat: 1000 }] };
  const prices = [{ amount_type: 'seat_based', price_currency: 'usd', seat_tiers }];
  const product = await make('/v1/products/', { name: 'Fern Team', prices });
  const external_id = `team-${randomUUID()}`;
  const team = await make('/v1/customers/', { type: 'team', email: `${external_id}@example.com`, external_id });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: team.id, seats: 2 });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [order] = await list(running, token, `/v1/orders/?customer_id=${team.id}`);
  const grace = { email: `grace-${randomUUID()}@example.com`, external_member_id: 'grace' };
  const seat = await make('/v1/customer-seats', { order_id: order.id, ...grace });
  return { ...seat, team, product };
}

async function list(running: Running, token: string, path: string) {
  return (await running.made(token, 'GET', path)).items;
}

/** Grants are carried out after the checkout has answered: within a minute on the busiest machine. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((passed) => setTimeout(passed, 100));
  }
  throw new Error('It has not come about.');
}
