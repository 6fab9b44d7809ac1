/** What prices products may have, and what checkouts over them take and refuse. */
import { randomUUID } from 'node:crypto';
import { Price } from '../../db/entities/price.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let slug: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  token = merchant.token;
  slug = merchant.organization.slug;
});
afterAll(() => running.close());

type Body = Record<string, unknown>;
const fixed = (price_amount: number, price_currency = 'usd') => ({
  amount_type: 'fixed',
  price_amount,
  price_currency,
});
const custom = (terms: Body = {}) => ({ amount_type: 'custom', price_currency: 'usd', ...terms });
const seatBased = (...tiers: readonly [number, number | null, number][]) => ({
  amount_type: 'seat_based',
  price_currency: 'usd',
  seat_tiers: {
    tiers: tiers.map(([min_seats, max_seats, price_per_seat]) => ({ min_seats, max_seats, price_per_seat })),
  },
});
const metered = (terms: Body = {}) => ({
  ...{ amount_type: 'metered_unit', price_currency: 'usd', meter_id: UNKNOWN, unit_amount: '0.02' },
  ...terms,
});
const UNKNOWN = '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11';
const offer = (...prices: readonly Body[]) => ({ name: 'Fern Pro', recurring_interval: 'month', prices });

const aProduct = (...prices: readonly Body[]) => running.made(token, 'POST', '/v1/products/', offer(...prices));
const opened = (product: { id: string }, terms: Body = {}) =>
  running.made(token, 'POST', '/v1/checkouts/', { products: [product.id], ...terms });
const open = (product: { id: string }, terms: Body = {}) =>
  running.call(token, 'POST', '/v1/checkouts/', { products: [product.id], ...terms });
const buyer = (checkout: { client_secret: string }, change: Body) =>
  running.call(null, 'PATCH', `/v1/checkouts/client/${checkout.client_secret}`, change);
const pay = async (checkout: { client_secret: string }, more: Body = {}) =>
  running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    customer_email: `ada-${randomUUID()}@example.com`,
    confirmation_token_id: await running.aCard(),
    ...more,
  });
const read = (id: string) => running.made(token, 'GET', `/v1/checkouts/${id}`);
const refused = (at: readonly (string | number)[], msg: RegExp) => ({
  status: 422,
  body: { detail: [{ loc: ['body', ...at], msg: expect.stringMatching(msg) }] },
});

describe('a product is refused', () => {
  it.each<[string, Body[], (string | number)[], RegExp]>([
    ['a custom minimum that can’t be charged', [custom({ minimum_amount: 49 })], [0, 'minimum_amount'], /0.50 USD/],
    [
      'a maximum below the minimum',
      [custom({ minimum_amount: 500, maximum_amount: 400 })],
      [0, 'maximum_amount'],
      /5.00 USD/,
    ],
    [
      'a preset below the minimum',
      [custom({ minimum_amount: 500, preset_amount: 100 })],
      [0, 'preset_amount'],
      /5.00 USD/,
    ],
    [
      'a preset above the maximum',
      [custom({ maximum_amount: 900, preset_amount: 901 })],
      [0, 'preset_amount'],
      /9.00 USD/,
    ],
    ['a gap between tiers', [seatBased([1, 10, 1000], [12, null, 800])], [0, 'seat_tiers', 'tiers'], /begin at 11/],
    ['a tier that ends before it begins', [seatBased([5, 2, 1000])], [0, 'seat_tiers', 'tiers'], /ends before/],
    ['a tier after one without end', [seatBased([1, null, 9], [2, null, 8])], [0, 'seat_tiers', 'tiers'], /no end/],
    ['more than 1,000 seats', [seatBased([1, 1001, 1000])], [0, 'seat_tiers', 'tiers'], /1000 seats/],
    [
      'a seat that can’t be charged',
      [seatBased([1, null, 10])],
      [0, 'seat_tiers', 'tiers'],
      /least that can be charged/,
    ],
    ['no tiers', [seatBased()], [0, 'seat_tiers', 'tiers'], /./],
    ['two prices in a currency', [fixed(2000), seatBased([1, null, 900])], [1, 'price_currency'], /another price/],
    ['a metered price without a meter', [fixed(2000), metered({ meter_id: undefined })], [1, 'meter_id'], /./],
    ['a metered price of nothing', [metered({ unit_amount: '0' })], [0, 'unit_amount'], /above 0/],
    ['more than 12 decimals', [metered({ unit_amount: '0.0000000000001' })], [0, 'unit_amount'], /decimal/],
    ['a meter that is nobody’s', [metered()], [0, 'meter_id'], /does not exist/],
    ['two prices for a meter', [metered(), metered()], [1, 'meter_id'], /another price/],
    ['an unknown kind', [{ amount_type: 'guessed' }], [0, 'amount_type'], /./],
  ])('for %s', async (_, prices, at, msg) => {
    expect(await running.call(token, 'POST', '/v1/products/', offer(...prices))).toMatchObject(
      refused(['prices', ...at], msg),
    );
  });

  it('for usage of what is sold once', async () => {
    const once = { name: 'Once', prices: [metered()] };
    expect(await running.call(token, 'POST', '/v1/products/', once)).toMatchObject(
      refused(['prices', 0, 'amount_type'], /sold once/),
    );
  });
});

describe('prices of a product', () => {
  it('keep their kind, currency and tax behavior, and the custom minimum is what can be charged at least', async () => {
    const { prices } = await aProduct(
      custom({ price_currency: 'gbp', tax_behavior: 'inclusive' }),
      { ...seatBased([2, 5, 1000]), tax_behavior: 'exclusive' },
      { amount_type: 'free', price_currency: 'eur' },
    );
    const by = (currency: string) => prices.find((price: Body) => price.price_currency === currency);
    expect(by('gbp')).toMatchObject({ amount_type: 'custom', minimum_amount: 30, tax_behavior: 'inclusive' });
    expect(by('gbp')).toMatchObject({ maximum_amount: null, preset_amount: null });
    expect(by('usd')).toMatchObject({ amount_type: 'seat_based', tax_behavior: 'exclusive' });
    expect(by('usd').seat_tiers).toEqual({
      seat_tier_type: 'volume',
      tiers: [{ min_seats: 2, max_seats: 5, price_per_seat: 1000 }],
      minimum_seats: 2,
      maximum_seats: 5,
    });
    expect(by('eur')).toMatchObject({ amount_type: 'fixed', price_amount: 0, tax_behavior: null });
  });

  it('that are no longer named are archived, and others may take their currency', async () => {
    const product = await aProduct(fixed(2000), custom({ price_currency: 'eur' }));
    const [usd, eur] = ['usd', 'eur'].map((currency) =>
      product.prices.find((price: Body) => price.price_currency === currency),
    );
    const prices = [{ id: eur.id }, seatBased([1, null, 700])];
    const changed = await running.made(token, 'PATCH', `/v1/products/${product.id}`, { prices });
    expect(changed.prices.map((price: Body) => price.amount_type).sort()).toEqual(['custom', 'seat_based']);
    const kept = await running.orm.em.fork().findOneOrFail(Price, { id: usd.id });
    expect(kept).toMatchObject({ isArchived: true, amount: 2000 });
    const clash = await running.call(token, 'PATCH', `/v1/products/${product.id}`, {
      prices: [{ id: eur.id }, fixed(900, 'eur')],
    });
    expect(clash).toMatchObject(refused(['prices', 1, 'price_currency'], /kept is in this currency/));
  });

  it('sort products by what they cost at least', async () => {
    const { token: other } = await running.aMerchant();
    const make = async (...prices: Body[]) =>
      (await running.made(other, 'POST', '/v1/products/', offer(...prices))).id as string;
    const [dear, seats, own] = [
      await make(fixed(2000)),
      await make(seatBased([3, null, 500])),
      await make(custom({ minimum_amount: 100, preset_amount: 9000 })),
    ];
    const { items } = await running.made(other, 'GET', '/v1/products/?sorting=price_amount');
    expect(items.map(({ id }: { id: string }) => id)).toEqual([own, seats, dear]);
  });

  it('at 0 are not given away where they could cost something', async () => {
    const product = await aProduct(custom({ minimum_amount: 0 }));
    const customer = await running.made(token, 'POST', '/v1/customers/', { email: `ada-${randomUUID()}@example.com` });
    const body = { product_id: product.id, customer_id: customer.id };
    expect(await running.call(token, 'POST', '/v1/subscriptions/', body)).toMatchObject(
      refused(['product_id'], /not free/),
    );
  });
});

describe('the amount of a custom price', () => {
  it('is refused outside the limits, by the merchant and by the buyer', async () => {
    const product = await aProduct(custom({ minimum_amount: 500, maximum_amount: 9000, preset_amount: 900 }));
    expect(await open(product, { amount: 499 })).toMatchObject(refused(['amount'], /5.00 USD/));
    const checkout = await opened(product);
    expect(checkout.amount).toBe(900);
    expect(await buyer(checkout, { amount: 9001 })).toMatchObject(refused(['amount'], /90.00 USD/));
    expect(await buyer(checkout, { amount: 0 })).toMatchObject(refused(['amount'], /5.00 USD/));
    expect(await buyer(checkout, { amount: 100_000_000 })).toMatchObject({ status: 422 });
    const merchants = await running.call(token, 'PATCH', `/v1/checkouts/${checkout.id}`, { amount: 1 });
    expect(merchants).toMatchObject(refused(['amount'], /5.00 USD/));
    expect(await pay(checkout, { amount: 1 })).toMatchObject(refused(['amount'], /5.00 USD/));
    expect((await read(checkout.id)).amount).toBe(900);
    expect((await pay(checkout, { amount: 9000 })).status).toBe(200);
    const { customer_id, amount } = await read(checkout.id);
    const { items } = await running.made(token, 'GET', `/v1/payments/?customer_id=${customer_id}`);
    expect([amount, items.map((payment: Body) => payment.amount)]).toEqual([9000, [9000]]);
  });

  it('may be nothing, or what can be charged, but nothing between', async () => {
    const product = await aProduct(custom({ minimum_amount: 0 }));
    const checkout = await opened(product, { amount: 700 });
    expect(await buyer(checkout, { amount: 49 })).toMatchObject(refused(['amount'], /is 0.50 USD/));
    const { body } = await buyer(checkout, { amount: 0 });
    expect([body.amount, body.is_payment_required, body.is_free_product_price]).toEqual([0, false, false]);
    expect((await pay(checkout, { confirmation_token_id: null })).status).toBe(200);
  });

  it('stays when something else is changed, and is left aside by other prices', async () => {
    const [own, plain] = [await aProduct(custom({ minimum_amount: 500 })), await aProduct(fixed(2000))];
    const checkout = await running.made(token, 'POST', '/v1/checkouts/', { products: [own.id, plain.id], amount: 700 });
    expect((await buyer(checkout, { customer_name: 'Ada' })).body.amount).toBe(700);
    expect((await buyer(checkout, { product_id: own.id })).body.amount).toBe(700);
    expect((await buyer(checkout, { product_id: plain.id, amount: 700 })).body.amount).toBe(2000);
    expect((await buyer(checkout, { product_id: own.id })).body.amount).toBe(500);
  });
});

describe('seats', () => {
  it('are refused outside the limits of price and checkout', async () => {
    const product = await aProduct(seatBased([2, 10, 1000], [11, 50, 800]));
    expect(await open(product, { seats: 1 })).toMatchObject(refused(['seats'], /At least 2/));
    expect(await open(product, { seats: 51 })).toMatchObject(refused(['seats'], /At most 50/));
    expect(await open(product, { min_seats: 60 })).toMatchObject(refused(['seats'], /No number of seats/));
    expect(await open(product, { min_seats: 5, max_seats: 4 })).toMatchObject(refused(['max_seats'], /./));
    expect(await open(product, { seats: 0 })).toMatchObject({ status: 422 });
    const checkout = await opened(product, { min_seats: 4, max_seats: 12 });
    expect([checkout.seats, checkout.amount]).toEqual([4, 4000]);
    expect(await buyer(checkout, { seats: 3 })).toMatchObject(refused(['seats'], /At least 4/));
    expect(await buyer(checkout, { seats: 13 })).toMatchObject(refused(['seats'], /At most 12/));
    expect((await buyer(checkout, { seats: 12 })).body).toMatchObject({ seats: 12, amount: 9600, total_amount: 9600 });
    expect(await pay(checkout, { seats: 1 })).toMatchObject(refused(['seats'], /At least 4/));
  });

  it('are left aside by other prices, and never more than 1,000', async () => {
    expect((await opened(await aProduct(fixed(2000)), { seats: 3 })).seats).toBeNull();
    const product = await aProduct(seatBased([1, null, 100]));
    expect(await open(product, { seats: 1001 })).toMatchObject(refused(['seats'], /At most 1000/));
    expect(await open(product, { seats: 1000 })).toMatchObject({ status: 201, body: { amount: 100_000 } });
  });

  it('are refused where they come to more than can be charged', async () => {
    const product = await aProduct(seatBased([1, null, 50_000_000]));
    expect(await open(product, { seats: 2 })).toMatchObject(refused(['seats'], /most that can be charged/));
  });
});

describe('the currency of a checkout', () => {
  const address = (country: string) => ({ customer_billing_address: { country } });
  const inThree = () =>
    aProduct(fixed(2000), fixed(1800, 'eur'), { ...seatBased([1, null, 500]), price_currency: 'gbp' });

  it('is the buyer’s, where the merchant says from where they are', async () => {
    const product = await inThree();
    expect(await opened(product, address('FR'))).toMatchObject({ currency: 'eur', amount: 1800 });
    expect(await opened(product, { ...address('FR'), currency: 'usd' })).toMatchObject({
      currency: 'usd',
      amount: 2000,
    });
    expect(await open(product, { currency: 'jpy' })).toMatchObject(refused(['currency'], /no price/));
    const customer = await running.made(token, 'POST', '/v1/customers/', {
      email: `ada-${randomUUID()}@example.com`,
      billing_address: { country: 'GB' },
    });
    expect(await opened(product, { customer_id: customer.id })).toMatchObject({
      currency: 'gbp',
      seats: 1,
      amount: 500,
    });
  });

  it('follows the buyer until the merchant chooses one', async () => {
    const checkout = await opened(await inThree());
    expect((await buyer(checkout, address('GB'))).body).toMatchObject({ currency: 'gbp', seats: 1 });
    expect((await buyer(checkout, { seats: 3 })).body).toMatchObject({ currency: 'gbp', amount: 1500 });
    expect((await buyer(checkout, address('US'))).body).toMatchObject({ currency: 'usd', seats: null, amount: 2000 });
    await running.made(token, 'PATCH', `/v1/checkouts/${checkout.id}`, { currency: 'eur' });
    expect((await buyer(checkout, address('GB'))).body).toMatchObject({ currency: 'eur', amount: 1800 });
  });

  it('is not another one than the buyer was shown when they press Pay', async () => {
    const checkout = await opened(await inThree());
    expect((await pay(checkout, address('DE'))).body).toMatchObject({ currency: 'usd', amount: 2000 });
    expect((await read(checkout.id)).customer_billing_address.country).toBe('DE');
  });

  it('stays the price that the buyer was shown, also where it is archived meanwhile', async () => {
    const product = await inThree();
    const checkout = await opened(product);
    await running.made(token, 'PATCH', `/v1/products/${product.id}`, { prices: [fixed(3000)] });
    expect((await pay(checkout, { product_id: product.id })).body).toMatchObject({ currency: 'usd', amount: 2000 });
  });
});

describe('the shop’s form', () => {
  const buy = (id: string, query: string) =>
    fetch(`${running.api}/shop/${slug}/buy/${id}?${query}`, {
      redirect: 'manual',
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
    });

  it('opens a checkout with the amount or the seats', async () => {
    const [own, team] = [await aProduct(custom({ minimum_amount: 500 })), await aProduct(seatBased([1, null, 700]))];
    for (const [id, query, expected] of [
      [own.id, 'amount=1500', { amount: 1500, seats: null }],
      [team.id, 'seats=4', { amount: 2800, seats: 4 }],
      [team.id, '', { amount: 700, seats: 1 }],
    ] as const) {
      const answer = await buy(id, query);
      expect(answer.status).toBe(302);
      const secret = answer.headers.get('location')?.split('/').at(-1);
      expect(await running.made(null, 'GET', `/v1/checkouts/client/${secret}`)).toMatchObject(expected);
    }
    expect((await buy(own.id, 'amount=1')).status).toBe(422);
    expect((await buy(own.id, 'amount=a')).status).toBe(422);
  });
});
