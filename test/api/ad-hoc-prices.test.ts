/** A price for one checkout: shown to its buyer, kept by the subscription, and in no list of the product's. */
import { boughtAt, usd } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

it('sells at it, renews at it, and leaves the product as it is', async () => {
  const sub = await boughtAt(running);
  const email = 'bob@example.com';
  const customer = await sub.make('/v1/customers/', { email, test_clock_id: sub.clock.id });
  const checkout = await sub.make('/v1/checkouts/', {
    products: [sub.lite.id],
    customer_id: customer.id,
    prices: { [sub.lite.id]: usd(700) },
  });
  expect(checkout).toMatchObject({ amount: 700, product_price: { source: 'ad_hoc', price_amount: 700 } });
  expect(checkout.prices[sub.lite.id]).toMatchObject([{ source: 'ad_hoc', price_amount: 700 }]);
  const product = await running.made(sub.token, 'GET', `/v1/products/${sub.lite.id}`);
  expect(product.prices).toMatchObject([{ source: 'catalog', price_amount: 500 }]);
  const other = await sub.make('/v1/checkouts/', { products: [sub.lite.id] });
  expect(other.prices[sub.lite.id]).toMatchObject([{ price_amount: 500 }]);
  const path = `/v1/checkouts/${other.id}`;
  const taken = await running.call(sub.token, 'PATCH', path, { product_price_id: checkout.product_price_id });
  expect([taken.status, taken.body.detail[0].loc[1]]).toEqual([422, 'product_price_id']);

  const confirm = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
  const paid = await running.call(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
  expect(paid.status).toBe(200);
  // The product's own price changes, and this one stays.
  await running.made(sub.token, 'PATCH', `/v1/products/${sub.lite.id}`, { prices: usd(900) });
  await sub.lives('2027-05-01T00:00:01.000Z');
  const { items } = await running.made(sub.token, 'GET', `/v1/orders/?customer_id=${customer.id}`);
  expect(items.map(({ total_amount }: { total_amount: number }) => total_amount)).toEqual([700, 700]);
  expect(await sub.disagreements()).toEqual([]);
});

it('is held to the rules of prices, and to the products of the checkout', async () => {
  const sub = await boughtAt(running);
  const pro = await sub.monthly('Fern Pro', 2000);
  const asked = (prices: object) =>
    running.call(sub.token, 'POST', '/v1/checkouts/', { products: [sub.lite.id], prices });
  for (const [prices, loc] of [
    [{ [pro.id]: usd(700) }, ['body', 'prices', pro.id]],
    [{ [sub.lite.id]: usd(10) }, ['body', 'prices', sub.lite.id, 0, 'price_amount']],
    [{ [sub.lite.id]: [...usd(700), ...usd(800)] }, ['body', 'prices', sub.lite.id, 1, 'price_currency']],
  ] as const) {
    const { status, body } = await asked(prices);
    expect([status, body.detail[0].loc]).toEqual([422, loc]);
  }
});
