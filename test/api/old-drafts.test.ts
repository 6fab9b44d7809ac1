/** Drafts that are finalized long after they were written: they have the taxes of the day on which they are charged. */
import type { OrderId } from '../../billing/ids.ts';
import { Order } from '../../db/entities/order.ts';
import { Organization } from '../../db/entities/organization.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';
import { aTaxedShop, Taxes } from './taxing.ts';

let running: Running;
let taxes: Taxes;

beforeAll(async () => {
  taxes = new Taxes();
  running = await startRunning({ taxes });
});
afterAll(() => running.close());

const rowOf = (id: OrderId) => running.orm.em.fork().findOneOrFail(Order, id);

/** Written before the shop began to collect VAT in the UK. */
async function aDraft() {
  const shop = await aTaxedShop(running, []);
  const [customer, product] = [await shop.customer(), await shop.product(1200)];
  const { token: portal } = await shop.make('/v1/customer-sessions/', { customer_id: customer.id });
  await running.made(portal, 'POST', '/v1/customer-portal/customers/me/payment-methods', {
    ...{ confirmation_token_id: await running.aCard(), set_default: true, return_url: 'https://shop.example/portal' },
  });
  const draft = await shop.make('/v1/orders/', { customer_id: customer.id, product_id: product.id });
  expect(draft).toMatchObject({ status: 'draft', total_amount: 1200, tax_amount: 0 });
  const organization = { id: shop.organization.id };
  await running.orm.em.fork().nativeUpdate(Organization, organization, { taxRegistrations: ['GB'] });
  const id = draft.id as OrderId;
  return { ...{ id, shop }, finalized: () => shop.make(`/v1/orders/${id}/finalize`, {}) };
}

it('is charged as it was shown on the same day', async () => {
  const draft = await aDraft();
  expect(await draft.finalized()).toMatchObject({ status: 'paid', total_amount: 1200, tax_amount: 0 });
});

it('is taxed, and recorded, as what is sold today after that', async () => {
  const draft = await aDraft();
  const { taxCalculationId: before } = await rowOf(draft.id);
  const createdAt = new Date(Date.now() - 91 * 24 * 60 * 60_000);
  await running.orm.em.fork().nativeUpdate(Order, draft.id, { createdAt });
  expect(await draft.finalized()).toMatchObject({ status: 'paid', total_amount: 1200, tax_amount: 200 });
  const { taxCalculationId } = await rowOf(draft.id);
  expect(taxCalculationId).not.toBe(before);
  await eventually(async () => (await rowOf(draft.id)).taxRecordId ?? undefined);
  expect([taxes.recorded.includes(String(taxCalculationId)), taxes.recorded.includes(String(before))]).toEqual([
    true,
    false,
  ]);
  expect(await running.disagreements(draft.shop.token)).toEqual([]);
});
