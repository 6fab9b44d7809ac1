/** What a change gives back has the tax with which it was charged, wherever the customer and the shop have gone since. */
import { Organization } from '../../db/entities/organization.ts';
import { sums } from './changing.ts';
import { type Running, startRunning } from './running.ts';
import { aTaxedShop, aTaxedSubscription, LONDON, Taxes } from './taxing.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning({ taxes: new Taxes() });
});
afterAll(() => running?.close());

const ZURICH = { country: 'CH' };

/** Bought for $36 a month before tax; a plan for $12 is to be had, too. */
async function bought(at: object, registrations?: readonly string[]) {
  const shop = await aTaxedShop(running, registrations);
  const exclusive = { tax_behavior: 'exclusive' };
  const [lite, pro] = [await shop.monthly(1200, {}, exclusive), await shop.monthly(3600, { name: 'Max' }, exclusive)];
  const life = await aTaxedSubscription(running, shop, pro, { customer: { billing_address: at } });
  const move = (billing_address: object) =>
    running.made(shop.token, 'PATCH', `/v1/customers/${life.customer.id}`, { billing_address });
  const down = async (proration_behavior = 'invoice') => {
    const wish = { product_id: lite.id, proration_behavior };
    const preview = await life.preview(wish);
    await life.change(wish);
    return preview;
  };
  const back = async () => (await life.orders()).find((order: { net_amount: number }) => order.net_amount < 0);
  return { shop, life, move, down, back };
}

it('gives no tax back that was never paid: to who has moved to where it is collected', async () => {
  const { shop, life, move, down, back } = await bought(ZURICH);
  expect(await life.orders()).toMatchObject([{ tax_amount: 0, total_amount: 3600 }]);
  await move(LONDON);
  const preview = await down();
  const order = await back();
  expect(order).toMatchObject({ net_amount: -2400, tax_amount: 0, total_amount: -2400 });
  expect(sums(order)).toEqual(sums(preview));
  expect(await shop.owed()).toBe(0);
  expect(await shop.disagreements()).toEqual([]);
});

it('nor where the shop has begun to collect since', async () => {
  const { shop, life, down, back } = await bought(LONDON, []);
  await running.orm.em.fork().nativeUpdate(Organization, { id: shop.organization.id }, { taxRegistrations: ['GB'] });
  await down();
  expect(await back()).toMatchObject({ net_amount: -2400, tax_amount: 0, total_amount: -2400 });
  // What is charged from now on is taxed.
  expect(await life.nextCharge()).toMatchObject({ tax_amount: 240, total_amount: 1440 });
  expect(await shop.disagreements()).toEqual([]);
});

it('gives the tax back that was paid, also to who has moved away', async () => {
  const { shop, life, move, down, back } = await bought(LONDON);
  expect(await life.orders()).toMatchObject([{ tax_amount: 720, total_amount: 4320 }]);
  await move(ZURICH);
  await down();
  expect(await back()).toMatchObject({ net_amount: -2400, tax_amount: -480, total_amount: -2880 });
  expect(await shop.owed()).toBe(240);
  expect(await shop.disagreements()).toEqual([]);
});

it('holds for credits that wait for the next order, where that gives back', async () => {
  const { shop, life, move, down, back } = await bought(ZURICH);
  await down('prorate');
  await move(LONDON);
  const next = await life.nextCharge();
  expect(next).toMatchObject({ net_amount: -1200, tax_amount: 0, total_amount: -1200 });
  await life.livesUntil('2027-05-02T00:00:00.000Z');
  expect(sums(await back())).toEqual(sums(next));
  expect(await shop.owed()).toBe(0);
  expect(await shop.disagreements()).toEqual([]);
});
