/** What is too much to be charged is told before it is; and currencies that the processor counts otherwise are charged right. */
import { randomUUID } from 'node:crypto';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';
import { aTaxedShop, aTaxedSubscription, LONDON } from './taxing.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const MOST = 99_999_999;
const TOO_MUCH = 'It comes to 1199999.99 USD; the most that can be charged at once is 999999.99 USD.';

describe('an amount that its tax takes over the limit', () => {
  it('is refused at a checkout, once the tax is known', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(MOST, {}, { tax_behavior: 'exclusive' });
    const { client_secret } = await shop.make('/v1/checkouts/', { products: [id], customer_email: 'ada@example.com' });
    const refused = { status: 422, body: { detail: [{ msg: TOO_MUCH }] } };
    expect(await shop.edit(client_secret, { customer_billing_address: LONDON })).toMatchObject(refused);
    expect(await shop.pay(client_secret, { customer_billing_address: LONDON })).toMatchObject(refused);
    expect(await shop.orders()).toEqual([]);
  });

  it('is refused as a draft', async () => {
    const shop = await aTaxedShop(running);
    const { id } = await shop.product(MOST, {}, { tax_behavior: 'exclusive' });
    const order = { product_id: id, customer_id: (await shop.customer()).id };
    const answer = await running.call(shop.token, 'POST', '/v1/orders/', order);
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'amount'], msg: TOO_MUCH }] } });
  });

  it('is said of a renewal in words, and nothing is asked of the card', async () => {
    const shop = await aTaxedShop(running);
    const plan = await shop.monthly(MOST, {}, { tax_behavior: 'exclusive' });
    const { customer, show, livesUntil, orders } = await aTaxedSubscription(running, shop, plan, {
      customer: { billing_address: { country: 'JP' } },
    });
    await running.made(shop.token, 'PATCH', `/v1/customers/${customer.id}`, { billing_address: LONDON });
    await livesUntil('2027-05-01T00:00:00.000Z');
    expect((await show()).status).toBe('past_due');
    const renewal = (await orders()).at(-1);
    const { items } = await shop.get(`/v1/payments/?order_id=${renewal.id}`);
    expect(items).toMatchObject([{ status: 'failed', decline_reason: 'amount_too_large', decline_message: TOO_MUCH }]);
  });
});

it('charges what it says in currencies that the processor counts in hundredths', async () => {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  for (const [currency, amount, theirs] of [
    ['isk', 500, 50_000],
    ['ugx', 20_001, 2_000_100],
    ['jpy', 501, 501],
  ] as const) {
    const prices = [{ amount_type: 'fixed', price_amount: amount, price_currency: currency }];
    const product = await make('/v1/products/', { name: 'Fern Icons', prices });
    const checkout = await make('/v1/checkouts/', {
      ...{ products: [product.id], currency, customer_email: `ada-${randomUUID()}@example.com` },
    });
    await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      confirmation_token_id: await running.aCard(),
    });
    const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
    const taken = data.filter(({ metadata }) => metadata['checkout_id'] === checkout.id);
    expect(taken).toMatchObject([{ status: 'succeeded', currency, amount: theirs }]);
    const { items } = await running.made(token, 'GET', `/v1/orders/?checkout_id=${checkout.id}`);
    expect(items).toMatchObject([{ status: 'paid', currency, total_amount: amount }]);
    const [fee] = await eventually(async () => {
      const found = await running.orm.em
        .fork()
        .execute<{ fee: number | null }[]>('select processor_fee::int as fee from payments where order_id = ?', [
          items[0].id,
        ]);
      return found[0]?.fee === null ? undefined : found;
    });
    expect(fee?.fee).toBeLessThan(amount);
  }
  expect(await running.disagreements(token)).toEqual([]);
});

it('checks what a draft says in fields of the product', async () => {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const field = await make('/v1/custom-fields/', {
    type: 'number',
    slug: 'seats',
    name: 'Seats',
    properties: { ge: 1 },
  });
  const product = await make('/v1/products/', {
    ...{ name: 'Fern Icons', prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }] },
    attached_custom_fields: [{ custom_field_id: field.id, required: true }],
  });
  const customer = await make('/v1/customers/', { email: `ada-${randomUUID()}@example.com` });
  const draft = (custom_field_data: object) =>
    running.call(token, 'POST', '/v1/orders/', { customer_id: customer.id, product_id: product.id, custom_field_data });
  const wrong = [{ loc: ['body', 'custom_field_data', 'seats'] }];
  expect(await draft({ seats: 'many' })).toMatchObject({ status: 422, body: { detail: wrong } });
  expect(await draft({ seats: 0 })).toMatchObject({ status: 422, body: { detail: wrong } });
  expect((await draft({ seats: '3', other: 'gone' })).body.custom_field_data).toEqual({ seats: 3 });
});
