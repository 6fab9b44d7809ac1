/** Invoice numbers by organization or by customer, as the organization sets. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { pay } from './paying.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

async function aShop(invoice_numbering?: string) {
  const { token, organization } = await running.aMerchant();
  const path = `/v1/organizations/${organization.id}`;
  if (invoice_numbering) await running.made(token, 'PATCH', path, { invoice_numbering });
  const product = await running.made(token, 'POST', '/v1/products/', {
    name: 'A print',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
  });
  return {
    token,
    path,
    async customer(id: string): Promise<string> {
      await running.orm.em.fork().insert(Customer, {
        ...{ id: id as CustomerId, createdAt: new Date(), organization: organization.id as OrganizationId },
        email: `ada-${randomUUID()}@example.com`,
      });
      return id;
    },
    /** The number of the invoice, without the shop's prefix. */
    async buys(customer_id: string): Promise<string> {
      const checkout = await running.made(token, 'POST', '/v1/checkouts/', { products: [product.id], customer_id });
      expect((await pay(running, checkout, 'pm_card_visa')).status).toBe(200);
      const { items } = await running.made(token, 'GET', `/v1/orders/?checkout_id=${checkout.id}`);
      return items[0].invoice_number.split('-').slice(1).join('-');
    },
  };
}

it('are counted for each customer where the organization wants that, under series that nobody shares', async () => {
  const shop = await aShop('customer');
  expect((await running.made(shop.token, 'GET', shop.path)).invoice_numbering).toBe('customer');
  const rest = randomUUID().slice(9);
  const start = randomUUID().slice(0, 4);
  const ada = await shop.customer(`${start}c0de-${rest}`);
  const alan = await shop.customer(`${start}c0de-${randomUUID().slice(9)}`);
  const short = ada.slice(0, 8).toUpperCase();
  const longer = alan.replaceAll('-', '').slice(0, 12).toUpperCase();
  expect(await shop.buys(ada)).toBe(`${short}-0001`);
  expect(await shop.buys(alan)).toBe(`${longer}-0001`);
  expect(await shop.buys(ada)).toBe(`${short}-0002`);
  expect(await shop.buys(alan)).toBe(`${longer}-0002`);
  expect(await running.disagreements(shop.token)).toEqual([]);
});

it('are counted for all otherwise, also where it was otherwise before', async () => {
  const shop = await aShop();
  expect((await running.made(shop.token, 'GET', shop.path)).invoice_numbering).toBe('organization');
  const [ada, alan] = [await shop.customer(randomUUID()), await shop.customer(randomUUID())];
  expect([await shop.buys(ada), await shop.buys(alan)]).toEqual(['0001', '0002']);
  await running.made(shop.token, 'PATCH', shop.path, { invoice_numbering: 'customer' });
  expect(await shop.buys(ada)).toBe(`${ada.slice(0, 8).toUpperCase()}-0001`);
  await running.made(shop.token, 'PATCH', shop.path, { invoice_numbering: 'organization' });
  expect(await shop.buys(ada)).toBe('0003');
  expect(await running.disagreements(shop.token)).toEqual([]);
});

it('give a customer their series beside whoever else writes orders of theirs', async () => {
  const shop = await aShop('customer');
  const ada = await shop.customer(randomUUID());
  await running.orm.em.fork().transactional(async (em) => {
    // As each row does that refers to the customer.
    await em.execute('select from customers where id = ? for key share', [ada]);
    const [row] = await running.orm.em.fork().transactional(async (other) => {
      await other.execute(`set local lock_timeout = '5s'`);
      return other.execute<{ series: string }[]>('select invoice_series_of(?) as series', [ada]);
    });
    expect(row?.series).toBe(ada.slice(0, 8).toUpperCase());
  });
});
