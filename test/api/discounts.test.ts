/** Discounts as merchants write them, and as buyers use them. */
import { randomUUID } from 'node:crypto';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { type Reply, type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let stranger: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  stranger = (await running.aMerchant()).token;
});
afterAll(() => running.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const aCode = () => `SAVE-${randomUUID().slice(0, 8)}`;
const half = { name: 'Half off', type: 'percentage', basis_points: 5000, duration: 'once' };
const aDiscount = (more: object = {}) => make('/v1/discounts/', { ...half, ...more });
const fixed = (amount: number, currency = 'usd') => ({
  amount_type: 'fixed',
  price_amount: amount,
  price_currency: currency,
});
const aProduct = (more: object = {}) => make('/v1/products/', { name: 'Fern Icons', prices: [fixed(2000)], ...more });
const monthly = (more: object = {}) => aProduct({ name: 'Fern Pro', recurring_interval: 'month', ...more });
const aCheckout = (product: { id: string }, more: object = {}) =>
  make('/v1/checkouts/', { products: [product.id], customer_email: `ada-${randomUUID()}@example.com`, ...more });

const asBuyer = ({ client_secret: secret }: { client_secret: string }) => ({
  enters: (body: object): Promise<Reply> => running.call(null, 'PATCH', `/v1/checkouts/client/${secret}`, body),
  async pays(body: object = {}, card: string | null = 'pm_card_visa'): Promise<Reply> {
    const confirmation_token_id = card === null ? null : await running.aCard(card);
    return running.call(null, 'POST', `/v1/checkouts/client/${secret}/confirm`, { confirmation_token_id, ...body });
  },
});
const orderOf = async ({ id }: { id: string }) =>
  (await running.made(token, 'GET', `/v1/orders/?checkout_id=${id}`)).items[0];
const read = (discount: { id: string }) => running.made(token, 'GET', `/v1/discounts/${discount.id}`);

describe('a merchant', () => {
  it('writes one, finds it, changes and deletes it', async () => {
    const product = await aProduct();
    const discount = await aDiscount({ code: 'Spring-27', products: [product.id], metadata: { season: 'spring' } });
    expect(discount).toMatchObject({ code: 'Spring-27', basis_points: 5000, redemptions_count: 0, duration: 'once' });
    expect(discount.products.map(({ id }: { id: string }) => id)).toEqual([product.id]);
    const { items } = await running.made(token, 'GET', '/v1/discounts/?query=spring-27');
    expect(items).toEqual([discount]);
    const changed = await running.made(token, 'PATCH', `/v1/discounts/${discount.id}`, {
      ...{ name: 'Spring', code: null, products: [], duration: 'repeating', duration_in_months: 3 },
    });
    expect(changed).toMatchObject({ name: 'Spring', code: null, products: [], duration_in_months: 3 });
    expect((await running.call(token, 'DELETE', `/v1/discounts/${discount.id}`)).status).toBe(204);
    expect((await running.call(token, 'GET', `/v1/discounts/${discount.id}`)).status).toBe(404);
  });

  it('is told of it', async () => {
    const events = ['discount.created', 'discount.updated', 'discount.deleted'];
    const url = 'http://127.0.0.1:9/nobody';
    const endpoint = await make('/v1/webhooks/endpoints', { url, format: 'raw', events });
    const { id } = await aDiscount();
    await running.made(token, 'PATCH', `/v1/discounts/${id}`, { name: 'Spring' });
    await running.made(token, 'DELETE', `/v1/discounts/${id}`);
    const told = await running.orm.em
      .fork()
      .find(WebhookEvent, { endpoint: endpoint.id }, { orderBy: { position: 'asc' } });
    expect(told.map(({ type }) => type)).toEqual(events);
    expect(JSON.parse(told[1]?.payload ?? '').data).toMatchObject({ id, name: 'Spring', basis_points: 5000 });
  });

  it('gives amounts by currency', async () => {
    const one = await make('/v1/discounts/', { name: 'Five', duration: 'once', amount: 500, currency: 'eur' });
    expect(one).toMatchObject({ type: 'fixed', amount: 500, currency: 'eur', amounts: { eur: 500 } });
    const two = await make('/v1/discounts/', { name: 'Five', duration: 'once', amounts: { eur: 500, usd: 600 } });
    expect(two).toMatchObject({ amount: 600, currency: 'usd', amounts: { eur: 500, usd: 600 } });
    const more = await running.made(token, 'PATCH', `/v1/discounts/${two.id}`, { amount: 700 });
    expect(more.amounts).toEqual({ eur: 500, usd: 700 });
  });

  it('has each code once, in whatever case, until its discount is deleted', async () => {
    const code = aCode();
    const first = await aDiscount({ code });
    const again = await running.call(token, 'POST', '/v1/discounts/', { ...half, code: code.toLowerCase() });
    expect([again.status, again.body.detail[0].loc]).toEqual([422, ['body', 'code']]);
    await running.made(stranger, 'POST', '/v1/discounts/', { ...half, code });
    await running.made(token, 'DELETE', `/v1/discounts/${first.id}`);
    await aDiscount({ code });
  });

  it.each([
    [{ code: 'ab' }, 'code'],
    [{ code: 'with blanks' }, 'code'],
    [{ basis_points: 0 }, 'basis_points'],
    [{ basis_points: 10_001 }, 'basis_points'],
    [{ duration: 'repeating' }, 'duration_in_months'],
    [{ max_redemptions: 0 }, 'max_redemptions'],
    [{ products: [randomUUID()] }, 'products'],
    [{ starts_at: '2027-02-01T00:00:00Z', ends_at: '2027-01-01T00:00:00Z' }, 'ends_at'],
  ])('is refused %j', async (wrong, field) => {
    const reply = await running.call(token, 'POST', '/v1/discounts/', { ...half, ...wrong });
    expect([reply.status, reply.body.detail[0].loc[1]]).toEqual([422, field]);
  });

  it('can’t break what was promised to those who have redeemed it', async () => {
    const discount = await aDiscount();
    await asBuyer(await aCheckout(await aProduct(), { discount_id: discount.id })).pays();
    expect((await read(discount)).redemptions_count).toBe(1);
    const patch = (body: object) => running.call(token, 'PATCH', `/v1/discounts/${discount.id}`, body);
    expect((await patch({ basis_points: 1000 })).status).toBe(422);
    expect((await patch({ duration: 'forever' })).status).toBe(422);
    expect((await patch({ type: 'fixed' })).status).toBe(422);
    expect((await patch({ basis_points: 5000, name: 'Half', max_redemptions: 5 })).body.max_redemptions).toBe(5);
  });
});

describe('a checkout', () => {
  it('takes the merchant’s discount: shown, charged and on the order alike', async () => {
    const discount = await aDiscount();
    const checkout = await aCheckout(await aProduct({ prices: [fixed(1999)] }), { discount_id: discount.id });
    expect(checkout).toMatchObject({
      ...{ amount: 1999, discount_amount: 1000, net_amount: 999, total_amount: 999, discount_id: discount.id },
      ...{ is_discount_applicable: true, is_payment_required: true },
    });
    expect(checkout.discount).toMatchObject({ id: discount.id, basis_points: 5000 });
    expect((await asBuyer(checkout).pays()).status).toBe(200);
    const order = await orderOf(checkout);
    expect(order).toMatchObject({ subtotal_amount: 1999, discount_amount: 1000, total_amount: 999, status: 'paid' });
    expect(order.discount).toMatchObject({ id: discount.id, redemptions_count: 1 });
    const { items } = await running.made(token, 'GET', `/v1/orders/?discount_id=${discount.id}&sorting=discount`);
    expect(items.map(({ id }: { id: string }) => id)).toEqual([order.id]);
    const payments = (await running.made(token, 'GET', '/v1/payments/')).items;
    expect(payments.find(({ order_id }: { order_id: string }) => order_id === order.id).amount).toBe(999);
  });

  it('pays what was shown, though the merchant changes the discount meanwhile', async () => {
    const discount = await aDiscount();
    const checkout = await aCheckout(await aProduct(), { discount_id: discount.id });
    expect(checkout.total_amount).toBe(1000);
    await running.made(token, 'PATCH', `/v1/discounts/${discount.id}`, { basis_points: 1000 });
    expect((await asBuyer(checkout).pays({ customer_name: 'Ada Example' })).status).toBe(200);
    expect(await orderOf(checkout)).toMatchObject({ total_amount: 1000, discount_amount: 1000 });
  });

  it('is told, and not charged, where the discount is for other products by now', async () => {
    const discount = await aDiscount();
    const checkout = await aCheckout(await aProduct(), { discount_id: discount.id });
    await running.made(token, 'PATCH', `/v1/discounts/${discount.id}`, { products: [(await aProduct()).id] });
    expect((await asBuyer(checkout).pays()).status).toBe(422);
    expect(await orderOf(checkout)).toBeUndefined();
    await asBuyer(checkout).enters({ discount_code: null });
    expect((await asBuyer(checkout).pays()).status).toBe(200);
    expect(await orderOf(checkout)).toMatchObject({ total_amount: 2000, discount_amount: 0 });
  });

  it('takes the buyer’s code in any case, and takes it away', async () => {
    const code = aCode();
    await aDiscount({ code });
    const buyer = asBuyer(await aCheckout(await aProduct()));
    expect((await buyer.enters({ discount_code: code.toLowerCase() })).body.total_amount).toBe(1000);
    expect((await buyer.enters({ discount_code: null })).body).toMatchObject({ total_amount: 2000, discount: null });
    expect((await buyer.pays({ discount_code: code })).body.total_amount).toBe(1000);
  });

  it('says why it takes no code', async () => {
    const other = await aProduct();
    const product = await aProduct({ prices: [fixed(2000), fixed(2000, 'eur')] });
    const why = async (discount: object, checkout: object = {}) => {
      const code = aCode();
      await make('/v1/discounts/', { ...half, ...discount, code });
      const reply = await asBuyer(await aCheckout(product, checkout)).enters({ discount_code: code });
      return [reply.status, reply.body.detail?.[0].loc.at(-1), reply.body.detail?.[0].msg];
    };
    const refused = (words: string) => [422, 'discount_code', expect.stringContaining(words)];
    expect(await why({ starts_at: '2199-01-01T00:00:00Z' })).toEqual(refused('not begun'));
    expect(await why({ ends_at: '2020-01-01T00:00:00Z' })).toEqual(refused('ended'));
    expect(await why({ products: [other.id] })).toEqual(refused('not for this product'));
    expect(await why({}, { allow_discount_codes: false })).toEqual(refused('no discount codes'));
    const eur = { name: 'E', type: 'fixed', amounts: { eur: 500 }, basis_points: undefined };
    expect(await why(eur)).toEqual(refused('USD'));
    expect(await why({ basis_points: 9900 })).toEqual(refused('0.20 USD'));
    const unknown = await asBuyer(await aCheckout(product)).enters({ discount_code: 'nonsense' });
    expect([unknown.status, unknown.body.detail[0].loc]).toEqual([422, ['body', 'discount_code']]);
    const free = await aProduct({ prices: [{ amount_type: 'free' }] });
    const code = aCode();
    await aDiscount({ code });
    expect((await asBuyer(await aCheckout(free)).enters({ discount_code: code })).status).toBe(422);
  });

  it('knows another organization’s neither by id nor by code', async () => {
    const code = aCode();
    const { id } = await running.made(stranger, 'POST', '/v1/discounts/', { ...half, code });
    const product = await aProduct();
    const body = { products: [product.id], discount_id: id };
    expect((await running.call(token, 'POST', '/v1/checkouts/', body)).status).toBe(422);
    expect((await asBuyer(await aCheckout(product)).enters({ discount_code: code })).status).toBe(422);
  });

  it('lets a discount rest while another product is chosen', async () => {
    const [plain, reduced] = [await aProduct(), await aProduct()];
    const discount = await aDiscount({ products: [reduced.id] });
    const checkout = await make('/v1/checkouts/', { products: [plain.id, reduced.id], discount_id: discount.id });
    expect(checkout.total_amount).toBe(2000);
    const buyer = asBuyer(checkout);
    expect((await buyer.enters({ product_id: reduced.id })).body.total_amount).toBe(1000);
    expect((await buyer.enters({ product_id: plain.id })).body.total_amount).toBe(2000);
    expect((await buyer.pays({ customer_email: `ada-${randomUUID()}@example.com` })).status).toBe(200);
    expect((await orderOf(checkout)).discount_id).toBeNull();
    expect((await read(discount)).redemptions_count).toBe(0);
  });

  it('needs no card where nothing will ever be charged', async () => {
    const all = { basis_points: 10_000 };
    const once = await aDiscount(all);
    const forGood = await aDiscount({ ...all, duration: 'forever' });
    const bought = await aCheckout(await aProduct(), { discount_id: once.id });
    expect(bought).toMatchObject({ is_payment_form_required: false, is_free_product_price: false, total_amount: 0 });
    expect((await asBuyer(bought).pays({}, null)).status).toBe(200);
    expect(await orderOf(bought)).toMatchObject({ status: 'paid', total_amount: 0, discount_amount: 2000 });

    const subscribed = await aCheckout(await monthly(), { discount_id: forGood.id });
    expect(subscribed).toMatchObject({ is_payment_form_required: false, is_payment_setup_required: false });
    expect((await asBuyer(subscribed).pays({}, null)).status).toBe(200);

    const later = await aCheckout(await monthly(), { discount_id: once.id });
    expect(later).toMatchObject({ is_payment_required: false, is_payment_setup_required: true });
    expect((await asBuyer(later).pays({}, null)).body.detail[0].loc).toEqual(['body', 'confirmation_token_id']);
    expect((await asBuyer(later).pays()).status).toBe(200);
    const { subscription } = await orderOf(later);
    expect(subscription.status).toBe('active');
  });

  it('gives back what a declined or expired attempt had redeemed', async () => {
    const discount = await aDiscount({ max_redemptions: 1 });
    const product = await aProduct();
    const checkout = await aCheckout(product, { discount_id: discount.id });
    expect((await asBuyer(checkout).pays({}, 'pm_card_chargeDeclined')).status).toBe(400);
    expect((await read(discount)).redemptions_count).toBe(0);
    expect((await asBuyer(checkout).pays()).status).toBe(200);
    expect((await read(discount)).redemptions_count).toBe(1);
    const late = { products: [product.id], discount_id: discount.id };
    const refused = await running.call(token, 'POST', '/v1/checkouts/', late);
    expect([refused.status, refused.body.detail[0].msg]).toEqual([422, 'This discount is used up.']);
  });

  it('knows a customer again by address and by card', async () => {
    const discount = await aDiscount({ max_redemptions_per_customer: 1 });
    const product = await monthly();
    const email = `grace-${randomUUID()}@example.com`;
    const checkout = (customer_email: string) =>
      running.call(token, 'POST', '/v1/checkouts/', {
        products: [product.id],
        discount_id: discount.id,
        customer_email,
      });
    await asBuyer((await checkout(email)).body).pays({}, 'pm_card_mastercard');
    expect((await checkout(email.replace('@', '+again@').toUpperCase())).status).toBe(422);
    const sameCard = await make('/v1/customers/', { email: `grace-${randomUUID()}@example.com` });
    await asBuyer(await make('/v1/checkouts/', { products: [product.id], customer_id: sameCard.id })).pays(
      {},
      'pm_card_mastercard',
    );
    const again = { products: [product.id], discount_id: discount.id, customer_id: sameCard.id };
    expect((await running.call(token, 'POST', '/v1/checkouts/', again)).status).toBe(422);
    expect((await checkout(`grace-${randomUUID()}@example.com`)).status).toBe(201);
  });
});

it('of two who pay at once for the last redemption one gets it, and the other can pay without', async () => {
  const discount = await aDiscount({ max_redemptions: 1 });
  const product = await aProduct();
  const checkouts = await Promise.all([1, 2].map(() => aCheckout(product, { discount_id: discount.id })));
  const replies = await Promise.all(checkouts.map((checkout) => asBuyer(checkout).pays()));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 422]);
  const loser = replies.findIndex(({ status }) => status === 422);
  expect(replies[loser]?.body.detail[0]).toMatchObject({
    loc: ['body', 'discount_code'],
    msg: 'This discount is used up.',
  });
  const buyer = asBuyer(checkouts[loser]);
  expect((await buyer.enters({ discount_code: null })).body.total_amount).toBe(2000);
  expect((await buyer.pays()).status).toBe(200);
  const totals = await Promise.all(checkouts.map(async (checkout) => (await orderOf(checkout)).total_amount));
  expect(totals.sort((a, b) => a - b)).toEqual([1000, 2000]);
  expect((await read(discount)).redemptions_count).toBe(1);
});
