/** What a person finds who visits a link that sells: a checkout of their own, as the link and its address say. */
import { randomUUID } from 'node:crypto';
import { aLinkShop, type LinkShop, seats } from './linking.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let shop: LinkShop;

beforeAll(async () => {
  running = await startRunning();
  shop = await aLinkShop(running);
});
afterAll(() => running.close());

const own = { amount_type: 'custom', price_currency: 'usd', minimum_amount: 500, maximum_amount: 9000 };

describe('a visitor', () => {
  it('gets a checkout of their own each time, as the link says', async () => {
    const monthly = await shop.aProduct({ recurring_interval: 'month' });
    const link = await shop.aLink([monthly], {
      ...{ trial_interval: 'week', trial_interval_count: 2, require_billing_address: true, metadata: { from: 'mail' } },
      ...{ success_url: 'https://example.com/thanks?id={CHECKOUT_ID}', return_url: 'https://example.com/' },
    });
    const [one, two] = [await shop.opened(link, { from: '198.51.100.7' }), await shop.opened(link)];
    expect(one.id).not.toBe(two.id);
    expect(one).toMatchObject({
      ...{ status: 'open', product_id: monthly.id, active_trial_interval: 'week', active_trial_interval_count: 2 },
      ...{ require_billing_address: true, metadata: { from: 'mail' }, return_url: 'https://example.com/' },
      ...{ success_url: `https://example.com/thanks?id=${one.id}`, customer_ip_address: '198.51.100.7' },
    });
  });

  it('is filled in by the address, into metadata too', async () => {
    const size = await shop.make('/v1/custom-fields/', {
      ...{ type: 'select', slug: `size-${randomUUID().slice(0, 8)}`, name: 'Size' },
      properties: { options: [{ value: 'l', label: 'Large' }] },
    });
    const attached_custom_fields = [{ custom_field_id: size.id, required: true }];
    const [first, second] = [await shop.aProduct(), await shop.aProduct({ prices: [own], attached_custom_fields })];
    const link = await shop.aLink([first, second], { metadata: { utm_source: 'mine' } });
    const query = new URLSearchParams({
      ...{ customer_email: 'ada@example.com', customer_name: 'Ada', product_id: second.id, amount: '1500' },
      ...{ locale: 'fr-CA', reference_id: 'partner-5', utm_source: 'theirs', utm_campaign: 'spring' },
      [`custom_field_data.${size.slug}`]: 'l',
    });
    expect(await shop.opened(link, { query: query.toString() })).toMatchObject({
      ...{ customer_email: 'ada@example.com', customer_name: 'Ada', product_id: second.id, amount: 1500 },
      ...{ locale: 'fr-CA', metadata: { reference_id: 'partner-5', utm_source: 'mine', utm_campaign: 'spring' } },
      custom_field_data: { [size.slug]: 'l' },
      products: [{ id: first.id }, { id: second.id }],
    });
  });

  it('comes through whatever nonsense the address says', async () => {
    const field = await shop.make('/v1/custom-fields/', {
      ...{ type: 'number', slug: `number-${randomUUID().slice(0, 8)}`, name: 'Number', properties: {} },
    });
    const attached_custom_fields = [{ custom_field_id: field.id, required: false }];
    const link = await shop.aLink([await shop.aProduct({ prices: [own], attached_custom_fields })]);
    const nonsense = [
      ...['customer_email=nobody', 'amount=1', 'amount=x', 'currency=doge', 'currency=eur', 'product_id=5'],
      ...['discount_code=NONE', 'locale=..%2F', 'theme=pink', 'embed_origin=javascript:alert(1)'],
      ...[
        'customer_session_token=polar_cst_none',
        `custom_field_data.${field.slug}=many`,
        `product_id=${randomUUID()}`,
      ],
      ...['customer_name=a&customer_name=b', 'utm_source=', `utm_source=${'x'.repeat(501)}`, 'metadata[a]=b'],
    ];
    for (const query of [...nonsense, nonsense.join('&')]) {
      expect(await shop.opened(link, { query })).toMatchObject({
        ...{
          amount: 500,
          currency: 'usd',
          customer_email: null,
          metadata: {},
          custom_field_data: {},
          discount_id: null,
        },
      });
    }
  });

  it('gets the link’s discount, or that of a code, as long as they can be redeemed', async () => {
    const product = await shop.aProduct();
    const [preset, other] = [await shop.aDiscount(), await shop.aDiscount({ basis_points: 1000 })];
    const link = await shop.aLink([product], { discount_id: preset.id });
    expect(await shop.opened(link)).toMatchObject({ discount_id: preset.id, discount_amount: 1000 });
    const query = `discount_code=${other.code.toLowerCase()}`;
    expect(await shop.opened(link, { query })).toMatchObject({ discount_id: other.id, discount_amount: 200 });
    await running.made(shop.token, 'PATCH', `/v1/discounts/${other.id}`, { ends_at: '2020-01-01T00:00:00Z' });
    expect(await shop.opened(link, { query })).toMatchObject({ discount_id: preset.id });
    const fixedLink = await shop.aLink([product], { discount_id: preset.id, allow_discount_codes: false });
    expect(await shop.opened(fixedLink, { query })).toMatchObject({
      discount_id: preset.id,
      allow_discount_codes: false,
    });
    await running.made(shop.token, 'PATCH', `/v1/discounts/${preset.id}`, { ends_at: '2020-01-01T00:00:00Z' });
    expect(await shop.opened(link)).toMatchObject({ discount_id: null, total_amount: 2000 });
    await running.made(shop.token, 'DELETE', `/v1/discounts/${preset.id}`);
    expect(await shop.opened(link)).toMatchObject({ discount_id: null, total_amount: 2000 });
    expect(await running.made(shop.token, 'GET', `/v1/checkout-links/${link.id}`)).toMatchObject({ discount: null });
    const tooMuch = await shop.aDiscount({ basis_points: 9990 });
    expect(await shop.opened(await shop.aLink([product], { discount_id: tooMuch.id }))).toMatchObject({
      discount_id: null,
    });
  });

  it('buys as many seats as the link says, and no others', async () => {
    const team = await shop.aProduct({ prices: [seats] });
    const link = await shop.aLink([team], { seats: 5 });
    const checkout = await shop.opened(link);
    expect(checkout).toMatchObject({ seats: 5, min_seats: 5, max_seats: 5, amount: 3500 });
    const path = `/v1/checkouts/client/${checkout.client_secret}`;
    expect((await running.call(null, 'PATCH', path, { seats: 6 })).status).toBe(422);
    const fewer = { ...seats, seat_tiers: { tiers: [{ min_seats: 1, max_seats: 3, price_per_seat: 700 }] } };
    await running.made(shop.token, 'PATCH', `/v1/products/${team.id}`, { prices: [fewer] });
    expect(await shop.opened(link)).toMatchObject({ seats: 1, min_seats: null });
  });

  it('sees only what is still sold, and is told kindly where nothing is', async () => {
    const [first, second] = [await shop.aProduct(), await shop.aProduct()];
    const link = await shop.aLink([first, second]);
    await running.made(shop.token, 'PATCH', `/v1/products/${first.id}`, { is_archived: true });
    const checkout = await shop.opened(link, { query: `product_id=${first.id}` });
    expect(checkout.products.map(({ id }: { id: string }) => id)).toEqual([second.id]);
    await running.made(shop.token, 'PATCH', `/v1/products/${second.id}`, { is_archived: true });
    const answer = await shop.visit(link);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([410, 'text/html; charset=utf-8']);
    expect(await answer.text()).toContain(`href="/shop/${shop.slug}"`);
    expect((await shop.visit({ url: 'http://x/buy/polar_cl_none' })).status).toBe(404);
  });

  it('who is signed in to the shop buys as themselves; an address alone proves nothing', async () => {
    const product = await shop.aProduct();
    const link = await shop.aLink([product]);
    const email = `ada-${randomUUID()}@example.com`;
    const customer = await shop.make('/v1/customers/', { email });
    const session = await shop.make('/v1/customer-sessions/', { customer_id: customer.id });
    const query = `customer_session_token=${session.token}`;
    expect(await shop.opened(link, { query })).toMatchObject({ customer_id: customer.id, customer_email: email });

    const pays = async ({ client_secret: secret }: { client_secret: string }) =>
      running.made(null, 'POST', `/v1/checkouts/client/${secret}/confirm`, {
        confirmation_token_id: await running.aCard(),
      });
    const named = await shop.opened(link, { query: `customer_email=${encodeURIComponent(email)}` });
    expect((await pays(named)).customer_session_token).toBeNull();
    expect((await pays(await shop.opened(link, { query }))).customer_session_token).toMatch(/^polar_cst_/);
  });
});
