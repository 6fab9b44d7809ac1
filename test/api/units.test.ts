/** What is sold by number and is nobody's place: priced like seats, named as the shop names it, changed among its like. */
import { boughtAt } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const byNumber = (unit_label: string | null | undefined, mode = 'volume') => ({
  amount_type: 'seat_based',
  price_currency: 'usd',
  ...(unit_label === undefined ? {} : { unit_label }),
  seat_tiers: {
    seat_tier_type: mode,
    tiers: [
      { min_seats: 1, max_seats: 10, price_per_seat: 1000 },
      { min_seats: 11, max_seats: null, price_per_seat: 800 },
    ],
  },
});

async function hosting() {
  const sub = await boughtAt(running);
  const sold = (name: string, price: object) =>
    sub.make('/v1/products/', { name, recurring_interval: 'month', prices: [price] });
  return { ...sub, sold };
}

it.each([
  ['volume', 11_200],
  ['graduated', 13_200],
])('14 projects, %s: %i cents', async (mode, amount) => {
  const { sold, make, token, customer } = await hosting();
  const product = await sold('Fern Hosting', byNumber('project', mode));
  expect(product.prices[0]).toMatchObject({ unit_label: 'project', unit_label_plural: 'projects' });
  await running.made(token, 'PATCH', `/v1/organizations/${product.organization_id}`, {
    subscription_settings: { ...(await settingsOf(token)), allow_multiple_subscriptions: true },
  });
  const checkout = await make('/v1/checkouts/', { products: [product.id], seats: 14, customer_id: customer.id });
  expect(checkout).toMatchObject({ amount, seats: 14, product_price: { unit_label: 'project' } });
  const paid = await running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  expect(paid.status).toBe(200);
  const { items } = await running.made(token, 'GET', `/v1/orders/?product_id=${product.id}`);
  expect(items[0].items[0]).toMatchObject({ label: 'Fern Hosting (14 projects)', amount });
  const [subscription] = (await running.made(token, 'GET', `/v1/subscriptions/?product_id=${product.id}`)).items;
  const more = await running.call(token, 'PATCH', `/v1/subscriptions/${subscription.id}`, {
    seats: 1,
    proration_behavior: 'invoice',
  });
  expect([more.status, more.body.seats]).toEqual([200, 1]);
});

const settingsOf = async (token: string) =>
  (await running.made(token, 'GET', '/v1/organizations/')).items[0].subscription_settings;

it('what is counted stays: no projects for seats, no workspaces for projects', async () => {
  const sub = await hosting();
  const [team, projects, others, workspaces] = [
    await sub.sold('Fern Team', byNumber(null)),
    await sub.sold('Fern Hosting', byNumber('project')),
    await sub.sold('Fern Hosting Pro', byNumber('project')),
    await sub.sold('Fern Work', byNumber('workspace')),
  ];
  const to = (product: { id: string }) => sub.patch({ product_id: product.id, proration_behavior: 'invoice' });
  expect((await to(projects)).status).toBe(200);
  for (const product of [team, workspaces, sub.lite]) {
    const { status, body } = await to(product);
    expect([status, body.detail[0].loc]).toEqual([422, ['body', 'product_id']]);
    expect(body.detail[0].msg).toContain('by the project');
  }
  expect((await to(others)).body).toMatchObject({ product_id: others.id, seats: 1 });
  expect(await sub.disagreements()).toEqual([]);
});

it.each(['', ' ', 'x'.repeat(33)])('a unit has a name: %j is none', async (unit_label) => {
  const { token } = await hosting();
  const prices = [byNumber(unit_label)];
  const { status, body } = await running.call(token, 'POST', '/v1/products/', { name: 'Fern', prices });
  expect([status, body.detail[0].loc]).toEqual([422, ['body', 'prices', 0, 'unit_label']]);
});
