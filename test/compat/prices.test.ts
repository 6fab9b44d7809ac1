/** Products of each kind of price, and checkouts over them, asked by the peer's published SDK. */
import { randomUUID } from 'node:crypto';
import { Polar } from '@polar-sh/sdk';
import { type Running, startRunning } from '../api/running.ts';

let running: Running;
let polar: Polar;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  polar = new Polar({ accessToken: token, serverURL: running.api });
});
afterAll(() => running.close());

const anEmail = () => `ada-${randomUUID()}@example.com`;
const custom = { amountType: 'custom', priceCurrency: 'usd', minimumAmount: 500, presetAmount: 900 } as const;
const seatBased = (seatTierType: 'volume' | 'graduated') => ({
  amountType: 'seat_based' as const,
  priceCurrency: 'usd' as const,
  seatTiers: {
    seatTierType,
    tiers: [
      { minSeats: 1, maxSeats: 10, pricePerSeat: 1000 },
      { minSeats: 11, pricePerSeat: 800 },
    ],
  },
});

async function pays(clientSecret: string) {
  await polar.checkouts.clientConfirm({
    clientSecret,
    checkoutConfirmStripe: { customerEmail: anEmail(), confirmationTokenId: await running.aCard() },
  });
}

async function first<T>(pages: Promise<AsyncIterable<{ result: { items: T[] } }>>): Promise<T> {
  for await (const page of await pages) if (page.result.items[0] !== undefined) return page.result.items[0];
  throw new Error('an empty list');
}

it('a custom price: the buyer says how much', async () => {
  const product = await polar.products.create({ name: 'Fern Patron', recurringInterval: 'month', prices: [custom] });
  expect(product.prices).toMatchObject([{ minimumAmount: 500, maximumAmount: null, presetAmount: 900 }]);
  const checkout = await polar.checkouts.create({ products: [product.id] });
  expect([checkout.amount, checkout.totalAmount, checkout.seats]).toEqual([900, 900, null]);
  const { clientSecret } = checkout;
  const changed = await polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic: { amount: 1234 } });
  expect([changed.amount, changed.totalAmount, changed.productPrice?.id]).toEqual([1234, 1234, product.prices[0]?.id]);
  await pays(clientSecret);
  const subscription = await first(polar.subscriptions.list({ productId: product.id }));
  expect([subscription.amount, subscription.seats]).toEqual([1234, null]);
  const order = await first(polar.orders.list({ productId: product.id }));
  expect([order.totalAmount, order.items[0]?.label]).toEqual([1234, 'Fern Patron']);
});

it('a seat-based price, volume and graduated', async () => {
  for (const [mode, amount] of [
    ['volume', 11_200],
    ['graduated', 13_200],
  ] as const) {
    const prices = [seatBased(mode)];
    const product = await polar.products.create({ name: 'Fern Team', recurringInterval: 'month', prices });
    expect(product.prices).toMatchObject([{ seatTiers: { seatTierType: mode, minimumSeats: 1, maximumSeats: null } }]);
    const checkout = await polar.checkouts.create({ products: [product.id], seats: 5, minSeats: 2, maxSeats: 20 });
    expect([checkout.seats, checkout.minSeats, checkout.maxSeats, checkout.amount]).toEqual([5, 2, 20, 5000]);
    const { clientSecret } = checkout;
    const changed = await polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic: { seats: 14 } });
    expect([changed.seats, changed.amount, changed.totalAmount]).toEqual([14, amount, amount]);
    await pays(clientSecret);
    const subscription = await first(polar.subscriptions.list({ productId: product.id }));
    expect([subscription.seats, subscription.amount]).toEqual([14, amount]);
    const order = await first(polar.orders.list({ productId: product.id }));
    expect([order.seats, order.totalAmount, order.items[0]?.label]).toEqual([14, amount, 'Fern Team (14 seats)']);
  }
});

it('a free price is a fixed one of 0', async () => {
  const prices = [{ amountType: 'fixed', priceAmount: 0, priceCurrency: 'eur', taxBehavior: 'inclusive' }] as const;
  const product = await polar.products.create({ name: 'Fern Seed', prices: [...prices] });
  expect(product.prices).toMatchObject([{ priceAmount: 0, priceCurrency: 'eur', taxBehavior: 'inclusive' }]);
  const checkout = await polar.checkouts.create({ products: [product.id], amount: 5000, seats: 3 });
  expect([checkout.amount, checkout.seats, checkout.isFreeProductPrice, checkout.isPaymentRequired]).toEqual([
    ...[0, null, true, false],
  ]);
});

it('a product sold once, by seats', async () => {
  const product = await polar.products.create({ name: 'Fern Workshop', prices: [seatBased('volume')] });
  const checkout = await polar.checkouts.create({ products: [product.id], seats: 3 });
  await pays(checkout.clientSecret);
  const order = await first(polar.orders.list({ productId: product.id }));
  expect([order.seats, order.totalAmount, order.billingReason]).toEqual([3, 3000, 'purchase']);
});

it('prices in several currencies, of which the buyer’s country chooses', async () => {
  const product = await polar.products.create({
    name: 'Fern Everywhere',
    recurringInterval: 'month',
    prices: [
      { amountType: 'fixed', priceAmount: 2000, priceCurrency: 'usd' },
      { amountType: 'fixed', priceAmount: 1800, priceCurrency: 'eur' },
      { amountType: 'custom', minimumAmount: 300, priceCurrency: 'jpy' },
    ],
  });
  expect(product.prices.map(({ priceCurrency }) => priceCurrency)).toEqual(['usd', 'eur', 'jpy']);
  const { clientSecret, currency, prices, id } = await polar.checkouts.create({ products: [product.id] });
  expect([currency, prices?.[product.id]?.length]).toEqual(['usd', 3]);
  const from = async (country: 'DE' | 'JP' | 'BR') => {
    const checkoutUpdatePublic = { customerBillingAddress: { country } };
    const changed = await polar.checkouts.clientUpdate({ clientSecret, checkoutUpdatePublic });
    return [changed.currency, changed.amount, changed.productPrice?.priceCurrency];
  };
  expect(await from('DE')).toEqual(['eur', 1800, 'eur']);
  expect(await from('JP')).toEqual(['jpy', 300, 'jpy']);
  expect(await from('BR')).toEqual(['usd', 2000, 'usd']);
  const chosen = await polar.checkouts.update({ id, checkoutUpdate: { currency: 'eur' } });
  expect([chosen.currency, chosen.amount]).toEqual(['eur', 1800]);
  expect(await from('JP')).toEqual(['eur', 1800, 'eur']);
});

it('a metered price of a meter that nobody has is refused by its place', async () => {
  const prices = [{ amountType: 'metered_unit', meterId: randomUUID(), unitAmount: '0.02' }] as const;
  const made = polar.products.create({ name: 'Fern Usage', recurringInterval: 'month', prices: [...prices] });
  await expect(made).rejects.toMatchObject({
    statusCode: 422,
    detail: [{ loc: ['body', 'prices', 0, 'meter_id'] }],
  });
});
