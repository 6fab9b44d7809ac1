/** Checkouts and how orders are paid stand among the events, as the peer's client reads them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function aSeller() {
  const { token } = await running.aMerchant();
  const polar = new Polar({ accessToken: token, serverURL: running.api });
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const product = await make('/v1/products/', {
    ...{ name: 'Fern Pro', prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }] },
  });
  const told = async (name: string) => {
    const { items } = await polar.events.list({ source: 'system', name });
    return items.map(({ metadata, customerId }) => ({ ...metadata, customerId }));
  };
  return { token, make, product, told };
}

it('tells of checkouts, whoever opens them', async () => {
  const { make, product, told } = await aSeller();
  const meter = await make('/v1/meters/', {
    ...{ name: 'Checkouts', aggregation: { func: 'count' } },
    filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'checkout.created' }] },
  });
  const unknown = await make('/v1/checkouts/', { products: [product.id] });
  const customer = await make('/v1/customers/', { email: `ada-${randomUUID()}@example.com` });
  const known = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  const opened = ({ id }: { readonly id: string }, customerId: string | null) => ({
    ...{ checkoutId: id, checkoutStatus: 'open', productId: product.id, customerId },
  });
  expect(await told('checkout.created')).toEqual([opened(known, customer.id), opened(unknown, null)]);
  const used = await running.orm.em
    .fork()
    .execute('select count::int from usage_accounts where meter_id = ?', [meter.id]);
  expect(used).toEqual([{ count: 1 }, { count: 1 }]);
});

it('tells of orders that a card pays, or the balance, or both', async () => {
  const { make, product, told } = await aSeller();
  const customer = await make('/v1/customers/', { email: `ada-${randomUUID()}@example.com` });
  const buys = async (by: object) => {
    const { client_secret } = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
    await running.made(null, 'POST', `/v1/checkouts/client/${client_secret}/confirm`, by);
  };
  const gets = (amount: number) =>
    make(`/v1/customers/${customer.id}/balances`, {
      ...{ currency: 'usd', amount, reason: 'Thanks', idempotency_key: randomUUID() },
    });
  await buys({ confirmation_token_id: await running.aCard() });
  const byCard = await told('balance.order');
  expect(byCard).toEqual([
    {
      ...{ customerId: customer.id, productId: product.id, orderId: expect.any(String) },
      ...{ transactionId: expect.any(String), amount: 2000, netAmount: 2000, currency: 'usd', taxAmount: 0 },
      ...{ presentmentAmount: 2000, presentmentCurrency: 'usd', fee: 150 },
    },
  ]);
  expect(await told('balance.credit_order')).toEqual([]);
  await gets(2500);
  await buys({});
  expect(await told('balance.credit_order')).toEqual([
    {
      ...{ customerId: customer.id, productId: product.id, orderId: expect.any(String) },
      ...{ amount: 2000, currency: 'usd', taxAmount: 0, fee: 0 },
    },
  ]);
  await buys({ confirmation_token_id: await running.aCard() });
  expect(await told('balance.order')).toMatchObject([{ amount: 1500, netAmount: 2000 }, { amount: 2000 }]);
  expect(await told('balance.credit_order')).toHaveLength(1);
});
