/** Discounts, asked for by the peer's published SDK, whose own schemas judge the answers. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;

beforeAll(async () => {
  running = await startRunning();
  const { token } = await running.aMerchant();
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

async function items<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T[]> {
  for await (const page of await pages) return page.result.items;
  return [];
}

const aProduct = () =>
  polar.products.create({
    name: 'Fern Pro',
    recurringInterval: 'month',
    prices: [{ amountType: 'fixed', priceAmount: 2000, priceCurrency: 'usd' }],
  });
const aCode = () => `SAVE-${randomUUID().slice(0, 8)}`;

it('are created in each form, listed, changed and deleted', async () => {
  const product = await aProduct();
  const [code, name] = [aCode(), 'A discount'];
  const percentage = { name, type: 'percentage' as const, basisPoints: 2500 };
  const fixed = { name, type: 'fixed' as const, amounts: { usd: 500, eur: 400 } };
  const all = [
    await polar.discounts.create({ ...percentage, duration: 'once', code, products: [product.id] }),
    await polar.discounts.create({
      ...percentage,
      duration: 'repeating',
      durationInMonths: 3,
      endsAt: new Date('2199-01-01'),
    }),
    await polar.discounts.create({ ...fixed, duration: 'forever', maxRedemptions: 10 }),
    await polar.discounts.create({ ...fixed, duration: 'repeating', durationInMonths: 6 }),
  ];
  const [first] = all;
  const listed = await items(polar.discounts.list({ sorting: ['-redemptions_count', 'created_at'] }));
  expect(listed.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  expect((await items(polar.discounts.list({ query: code.toLowerCase() }))).map(({ id }) => id)).toEqual([first?.id]);
  const id = first?.id ?? '';
  const changed = await polar.discounts.update({ id, discountUpdate: { name: 'Spring', maxRedemptions: 7 } });
  expect([changed.name, changed.maxRedemptions, changed.products.length]).toEqual(['Spring', 7, 1]);
  expect((await polar.discounts.get({ id })).code).toBe(code);
  await polar.discounts.delete({ id });
  await expect(polar.discounts.get({ id })).rejects.toMatchObject({ statusCode: 404 });
});

it('are shown on checkouts, orders and subscriptions, and changed there', async () => {
  const product = await aProduct();
  const code = aCode();
  const half = { type: 'percentage' as const, basisPoints: 5000, duration: 'forever' as const };
  const discount = await polar.discounts.create({ ...half, name: 'Half', code });
  const { id, clientSecret } = await polar.checkouts.create({ products: [product.id], discountId: discount.id });
  await polar.checkouts.update({ id, checkoutUpdate: { discountId: null } });
  const entered = await polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic: { discountCode: code } });
  expect([entered.discount?.name, entered.totalAmount, entered.isDiscountApplicable]).toEqual(['Half', 1000, true]);
  await polar.checkouts.clientConfirm({
    clientSecret,
    checkoutConfirmStripe: {
      customerEmail: `ada-${randomUUID()}@example.com`,
      confirmationTokenId: await running.aCard(),
    },
  });
  const [order] = await items(polar.orders.list({ discountId: discount.id }));
  expect([order?.discount?.name, order?.discountAmount, order?.totalAmount]).toEqual(['Half', 1000, 1000]);
  const [subscription] = await items(polar.subscriptions.list({ discountId: discount.id }));
  expect(subscription?.discount?.redemptionsCount).toBe(1);
  const without = await polar.subscriptions.update({
    id: subscription?.id ?? '',
    subscriptionUpdate: { discountId: null },
  });
  expect([without.discount, without.discountId]).toEqual([null, null]);
});
