/**
 * Dinars and rials, of which cards take no single fils: what is charged, what is left, and where that is kept. The API has
 * none of these currencies, as the peer has none: prices are moved to one in the database.
 */
import { randomUUID } from 'node:crypto';
import type { ProductId } from '../../billing/ids.ts';
import { adjustBalance } from '../../db/balance-adjustments.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Order } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Price } from '../../db/entities/price.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running?.close());

const fixed = (price_amount: number) => ({ amount_type: 'fixed', price_amount, price_currency: 'usd' });

/** Ada lives on a clock of her own, from 1 January 2027 on. */
async function aShop() {
  const { token, organization } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const show = (path: string) => running.made(token, 'GET', path);
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: '2027-01-01T00:00:00Z' });
  const external_id = `ada-${randomUUID()}`;
  const email = `${external_id}@example.com`;
  const customer = await make('/v1/customers/', { email, external_id, test_clock_id: clock.id });
  const sold = async (body: object) => {
    const product = await make('/v1/products/', body);
    await running.orm.em.fork().nativeUpdate(Price, { product: { id: product.id as ProductId } }, { currency: 'kwd' });
    return product as { id: string };
  };
  const balanceOf = async (id: string) => (await show(`/v1/customers/${id}/balances`)).items[0]?.amount ?? 0;
  const pay = async (checkout: { client_secret: string }, more: object = {}) =>
    running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      ...{ confirmation_token_id: await running.aCard('pm_card_visa'), ...more },
    });
  return {
    ...{ token, organization, make, show, customer, pay, balanceOf },
    balance: () => balanceOf(customer.id),
    give: (amount: number) =>
      running.orm.em.fork().transactional(async (em) => {
        const given = { type: 'billing', currency: 'kwd', amount, reason: 'Thanks', key: randomUUID() } as const;
        await adjustBalance(em, (await em.findOneOrFail(Customer, customer.id)) as CustomerRow, given, new Date());
      }),
    monthly: (name: string, ...prices: readonly object[]) => sold({ name, recurring_interval: 'month', prices }),
    book: (amount: number) => sold({ name: 'Fern Book', prices: [fixed(amount)] }),
    async buys(product: { id: string }): Promise<string> {
      const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
      expect((await pay(checkout)).status).toBe(200);
      return (await show(`/v1/checkouts/${checkout.id}`)).subscription_id;
    },
    async lives(to: string): Promise<void> {
      const path = `/v1/test-clocks/${clock.id}`;
      await make(`${path}/advance`, { frozen_time: `${to}T00:00:00Z` });
      await eventually(async () => ((await show(path)).status === 'ready' ? true : undefined));
    },
    orders: async () => (await show(`/v1/orders/?customer_id=${customer.id}&sorting=created_at`)).items,
    async taken(): Promise<number[]> {
      const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
      const own = data.filter(
        ({ metadata, status }) => metadata['organization_id'] === organization.id && status === 'succeeded',
      );
      return own.map(({ amount }) => amount).reverse();
    },
    disagreements: () => running.disagreements(token),
  };
}

it('a renewal with usage is charged down to tens; what is left is owed, and comes with later ones', async () => {
  const shop = await aShop();
  const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] };
  const aggregation = { func: 'sum', property: 'units' };
  const meter = await shop.make('/v1/meters/', { name: 'Calls', filter, aggregation });
  const used = { amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter.id, unit_amount: '1' };
  const id = await shop.buys(await shop.monthly('Fern Pro', fixed(5000), used));
  const uses = (units: number) =>
    shop.make('/v1/events/ingest', { events: [{ name: 'call', customer_id: shop.customer.id, metadata: { units } }] });
  await uses(1234);
  const preview = await shop.show(`/v1/subscriptions/${id}/charge-preview`);
  expect(preview).toMatchObject({ total_amount: 6234, applied_balance_amount: -4, due_amount: 6230 });
  await shop.lives('2027-02-02');
  expect((await shop.orders())[1]).toMatchObject({ status: 'paid', total_amount: 6234, applied_balance_amount: -4 });
  expect(await shop.balance()).toBe(-4);
  await uses(1237);
  await shop.lives('2027-03-02');
  // 6.237 and the 4 fils of before.
  expect((await shop.orders())[2]).toMatchObject({ status: 'paid', total_amount: 6237, applied_balance_amount: 3 });
  expect([await shop.balance(), await shop.taken()]).toEqual([-1, [5000, 6230, 6240]]);
  expect(await shop.disagreements()).toEqual([]);
});

it('a change that is charged at once is, and one that gives back pays for later orders', async () => {
  const shop = await aShop();
  const [lite, pro] = [await shop.monthly('Fern', fixed(5000)), await shop.monthly('Fern Pro', fixed(20_000))];
  const id = await shop.buys(lite);
  await shop.lives('2027-01-11');
  const change = (product: { id: string }, proration_behavior: string) =>
    running.call(shop.token, 'PATCH', `/v1/subscriptions/${id}`, { product_id: product.id, proration_behavior });
  expect((await change(pro, 'invoice')).status).toBe(200);
  expect((await shop.orders())[1]).toMatchObject({ status: 'paid', total_amount: 10_161, applied_balance_amount: -1 });
  expect((await change(lite, 'prorate')).status).toBe(200);
  // −5.161, then −0.161 and 4.839 with the fils that is owed.
  for (const month of ['02', '03', '04']) await shop.lives(`2027-${month}-02`);
  expect(await shop.taken()).toEqual([5000, 10_160, 4840]);
  expect((await shop.orders()).slice(2)).toMatchObject([
    { status: 'paid', total_amount: -5161, applied_balance_amount: 5161 },
    { status: 'paid', total_amount: 5000, applied_balance_amount: -5000 },
    { status: 'paid', total_amount: 5000, applied_balance_amount: -160 },
  ]);
  expect(await shop.balance()).toBe(0);
  expect(await shop.disagreements()).toEqual([]);
});

it('a balance pays so much at a checkout that the rest is in tens', async () => {
  const shop = await aShop();
  const book = await shop.book(10_000);
  await shop.give(161);
  const checkout = await shop.make('/v1/checkouts/', { products: [book.id], customer_id: shop.customer.id });
  expect(checkout).toMatchObject({ total_amount: 10_000, applied_balance_amount: -160, due_amount: 9840 });
  expect((await shop.pay(checkout)).status).toBe(200);
  expect([await shop.taken(), await shop.balance()]).toEqual([[9840], 1]);
  expect(await shop.orders()).toMatchObject([{ status: 'paid', total_amount: 10_000, applied_balance_amount: -160 }]);
  expect(await shop.disagreements()).toEqual([]);
});

it('a total that is not in tens can be paid by anybody: the fils are owed', async () => {
  const shop = await aShop();
  const book = await shop.book(5500);
  const off = { type: 'percentage', basis_points: 1500, duration: 'once', code: `SPRING${Date.now()}` };
  const { id: discount_id } = await shop.make('/v1/discounts/', { name: 'Spring', ...off });
  const checkout = await shop.make('/v1/checkouts/', { products: [book.id], discount_id });
  expect(checkout).toMatchObject({ total_amount: 4675, applied_balance_amount: -5, due_amount: 4670 });
  const customer_email = `bob-${randomUUID()}@example.com`;
  const declined = await running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    ...{ confirmation_token_id: await running.aCard('pm_card_chargeDeclined'), customer_email },
  });
  expect(declined.status).toBe(400);
  expect((await shop.pay(checkout)).status).toBe(200);
  const { customer_id } = await shop.show(`/v1/checkouts/${checkout.id}`);
  expect([await shop.taken(), await shop.balanceOf(customer_id)]).toEqual([[4670], -5]);
  const { items } = await shop.show(`/v1/orders/?customer_id=${customer_id}`);
  expect(items).toMatchObject([{ status: 'paid', total_amount: 4675, applied_balance_amount: -5, due_amount: 0 }]);
  expect(await shop.disagreements()).toEqual([]);
});

it('so is a draft whose tax makes it so', async () => {
  const shop = await aShop();
  await shop.buys(await shop.monthly('Fern', fixed(5000)));
  const taxed = { country: 'DE', taxRegistrations: ['GB'], defaultTaxBehavior: 'exclusive' as const };
  await running.orm.em.fork().nativeUpdate(Organization, shop.organization.id, taxed);
  const book = await shop.book(5010);
  const billing_address = { country: 'GB', line1: '1 Example Street', city: 'London', postal_code: 'N1 9GU' };
  await running.made(shop.token, 'PATCH', `/v1/customers/${shop.customer.id}`, { billing_address });
  const draft = { customer_id: shop.customer.id, product_id: book.id };
  await running.orm.em.fork().nativeUpdate(Price, { product: { id: book.id as ProductId } }, { currency: 'usd' });
  const order = await shop.make('/v1/orders/', draft);
  expect(order).toMatchObject({ total_amount: 6012, status: 'draft' });
  await running.orm.em.fork().nativeUpdate(Order, order.id, { currency: 'kwd' });
  expect((await running.call(shop.token, 'POST', `/v1/orders/${order.id}/finalize`, {})).status).toBe(200);
  expect(await shop.show(`/v1/orders/${order.id}`)).toMatchObject({ status: 'paid', applied_balance_amount: -2 });
  expect([await shop.taken(), await shop.balance()]).toEqual([[5000, 6010], -2]);
  expect(await shop.disagreements()).toEqual([]);
});
