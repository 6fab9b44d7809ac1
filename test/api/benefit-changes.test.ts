/** What a merchant changes of benefits and products reaches those who hold them. */
import { randomUUID } from 'node:crypto';
import type { GrantId, OrderId } from '../../billing/ids.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Order } from '../../db/entities/order.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);

const aBenefit = () => make('/v1/benefits/', { type: 'custom', description: 'A seat', properties: { note: null } });

const aProduct = () =>
  make('/v1/products/', {
    name: 'Fern',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
  });

async function buys(product: { id: string }, clock?: string): Promise<string> {
  const customer = await make('/v1/customers/', {
    email: `ada-${randomUUID()}@example.com`,
    ...(clock ? { test_clock_id: clock } : {}),
  });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  return customer.id;
}

const grantWhere = (benefit: { id: string }, holds: (grant: { [key: string]: unknown }) => boolean) =>
  eventually(async () => {
    const { items } = await running.made(token, 'GET', `/v1/benefits/${benefit.id}/grants`);
    return items.find(holds);
  });

it('a benefit that was refused is tried again when it is changed', async () => {
  const [benefit, product] = await Promise.all([aBenefit(), aProduct()]);
  await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  await buys(product);
  const { id } = await grantWhere(benefit, ({ is_granted }) => is_granted === true);
  const error = { type: 'GrantRefused', message: 'It is full.', timestamp: new Date().toISOString() };
  const refused = { version: 2, failedVersion: 2, error };
  await running.orm.em.fork().nativeUpdate(BenefitGrant, id as GrantId, refused);

  await running.made(token, 'PATCH', `/v1/benefits/${benefit.id}`, { type: 'custom', description: 'A larger table' });
  await grantWhere(benefit, (grant) => grant.error === null);
  const grant = await running.orm.em.fork().findOneOrFail(BenefitGrant, id as GrantId);
  expect(grant).toMatchObject({ version: 3, doneVersion: 3 });
});

it('a new benefit goes to those who bought the product once and kept it, on their own date', async () => {
  const frozen_time = '2031-01-31T00:00:00Z';
  const clock = await make('/v1/test-clocks/', { name: 'A year', frozen_time });
  const [benefit, product] = await Promise.all([aBenefit(), aProduct()]);
  const keeper = await buys(product, clock.id);
  const other = await buys(product);
  const { items } = await running.made(token, 'GET', `/v1/orders/?customer_id=${other}`);
  await running.orm.em.fork().nativeUpdate(Order, items[0].id as OrderId, { status: 'refunded' });

  await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const granted = await grantWhere(benefit, ({ is_granted }) => is_granted === true);
  expect(granted).toMatchObject({ customer_id: keeper, granted_at: '2031-01-31T00:00:00.000Z' });

  await make(`/v1/products/${product.id}/benefits`, { benefits: [] });
  const revoked = await grantWhere(benefit, ({ is_revoked }) => is_revoked === true);
  expect(revoked).toMatchObject({ customer_id: keeper, revoked_at: '2031-01-31T00:00:00.000Z' });
  const grants = await running.made(token, 'GET', `/v1/benefits/${benefit.id}/grants`);
  expect(grants.pagination.total_count).toBe(1);
});
