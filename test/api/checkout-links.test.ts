/** Links that sell: written by merchants, visited by people, by what only looks, and by too many. */
import { randomUUID } from 'node:crypto';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let slug: string;
let stranger: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  ({ token } = merchant);
  ({ slug } = merchant.organization);
  stranger = (await running.aMerchant()).token;
});
afterAll(() => running.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const fixed = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
const own = { amount_type: 'custom', price_currency: 'usd', minimum_amount: 500, maximum_amount: 9000 };
const seats = {
  amount_type: 'seat_based',
  price_currency: 'usd',
  seat_tiers: { tiers: [{ min_seats: 1, max_seats: 20, price_per_seat: 700 }] },
};
const aProduct = (more: object = {}) => make('/v1/products/', { name: 'Fern Pro', prices: [fixed], ...more });
const aLink = (products: readonly { id: string }[], more: object = {}) =>
  make('/v1/checkout-links/', { products: products.map(({ id }) => id), ...more });
const aDiscount = (more: object = {}) =>
  make('/v1/discounts/', {
    ...{ name: 'Half off', code: `HALF-${randomUUID()}`, type: 'percentage', basis_points: 5000, duration: 'once' },
    ...more,
  });

const PERSON = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let neighbours = 0;
/** Everybody comes from a line of their own, unless it is said from which. */
function aLine(): string {
  neighbours += 1;
  return `203.0.113.${neighbours}`;
}

interface Visit {
  readonly query?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly from?: string;
}

const visit = ({ url }: { url: string }, { query = '', method = 'GET', headers = {}, from = aLine() }: Visit = {}) =>
  fetch(`${running.api}${new URL(url).pathname}?${query}`, {
    method,
    redirect: 'manual',
    headers: { 'user-agent': PERSON, 'x-forwarded-for': from, ...headers },
  });

/** The checkout that a visit was led to, as the merchant sees it. */
async function opened(link: { url: string }, how: Visit = {}) {
  const answer = await visit(link, how);
  const location = answer.headers.get('location');
  if (answer.status !== 302 || location === null) throw new Error(`${answer.status} ${await answer.text()}`);
  const secret = new URL(location).pathname.split('/').at(-1);
  const { id } = await running.made(null, 'GET', `/v1/checkouts/client/${secret}`);
  return running.made(token, 'GET', `/v1/checkouts/${id}`);
}
const checkoutsOf = async ({ id }: { id: string }): Promise<number> =>
  (await running.made(token, 'GET', `/v1/checkouts/?product_id=${id}`)).pagination.total_count;

describe('a merchant', () => {
  it('makes one of products, of a product, or of a price', async () => {
    const product = await aProduct();
    const all = [
      await aLink([product]),
      await make('/v1/checkout-links/', { payment_processor: 'stripe', product_id: product.id }),
      await make('/v1/checkout-links/', { payment_processor: 'stripe', product_price_id: product.prices[0].id }),
    ];
    for (const link of all) {
      expect(link).toMatchObject({
        ...{ allow_discount_codes: true, require_billing_address: false, metadata: {}, label: null, seats: null },
        products: [{ id: product.id, metadata: {} }],
      });
      expect(link.client_secret).toMatch(/^polar_cl_[\w-]{40,}$/);
      expect(new URL(link.url).pathname).toBe(`/buy/${link.client_secret}`);
    }
    const { items } = await running.made(
      token,
      'GET',
      `/v1/checkout-links/?product_id=${product.id}&sorting=created_at`,
    );
    expect(items).toEqual(all);
  });

  it('sets, changes and deletes it', async () => {
    const [first, second] = [await aProduct(), await aProduct()];
    const discount = await aDiscount();
    const link = await aLink([first, second], {
      ...{
        label: 'In the footer',
        discount_id: discount.id,
        allow_discount_codes: false,
        metadata: { from: 'footer' },
      },
      ...{ success_url: 'https://example.com/?id={CHECKOUT_ID}', return_url: 'https://example.com/' },
    });
    expect(link).toMatchObject({ label: 'In the footer', discount: { id: discount.id, basis_points: 5000 } });
    expect(link.products.map(({ id }: { id: string }) => id)).toEqual([first.id, second.id]);
    const path = `/v1/checkout-links/${link.id}`;
    const changed = await running.made(token, 'PATCH', path, {
      ...{ products: [second.id], label: null, discount_id: null, allow_discount_codes: true },
      ...{ require_billing_address: true, metadata: {} },
    });
    expect(changed).toMatchObject({ label: null, discount: null, discount_id: null, require_billing_address: true });
    expect(changed.products.map(({ id }: { id: string }) => id)).toEqual([second.id]);
    expect(await running.made(token, 'GET', path)).toEqual(changed);
    await running.made(token, 'DELETE', path);
    expect((await running.call(token, 'GET', path)).status).toBe(404);
    const gone = await visit(link);
    expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('Nothing is sold here')]);
  });

  it('is refused what can’t be sold', async () => {
    const [product, team] = [await aProduct(), await aProduct({ prices: [seats] })];
    const refused = async (body: object) => {
      const reply = await running.call(token, 'POST', '/v1/checkout-links/', body);
      return [reply.status, reply.body.detail?.[0]?.loc.slice(0, 2).join('.')];
    };
    expect(await refused({ products: [randomUUID()] })).toEqual([422, 'body.products']);
    expect(await refused({ products: [] })).toEqual([422, 'body.products']);
    expect(await refused({ product_price_id: randomUUID() })).toEqual([422, 'body.product_price_id']);
    expect(await refused({ products: [product.id], seats: 5 })).toEqual([422, 'body.seats']);
    expect(await refused({ products: [team.id], seats: 21 })).toEqual([422, 'body.seats']);
    expect(await refused({ products: [product.id], discount_id: randomUUID() })).toEqual([422, 'body.discount_id']);
    expect(await refused({ products: [product.id], trial_interval: 'day' })).toEqual([
      422,
      'body.trial_interval_count',
    ]);
    expect(await refused({ products: [product.id], success_url: 'javascript:alert(1)' })).toEqual([
      422,
      'body.success_url',
    ]);
    const link = await aLink([team], { seats: 5 });
    const change = await running.call(token, 'PATCH', `/v1/checkout-links/${link.id}`, { products: [product.id] });
    expect(change.status).toBe(422);
    expect((await running.call(stranger, 'POST', '/v1/checkout-links/', { products: [product.id] })).status).toBe(422);
  });
});

describe('a visitor', () => {
  it('gets a checkout of their own each time, as the link says', async () => {
    const monthly = await aProduct({ recurring_interval: 'month' });
    const link = await aLink([monthly], {
      ...{ trial_interval: 'week', trial_interval_count: 2, require_billing_address: true, metadata: { from: 'mail' } },
      ...{ success_url: 'https://example.com/thanks?id={CHECKOUT_ID}', return_url: 'https://example.com/' },
    });
    const [one, two] = [await opened(link, { from: '198.51.100.7' }), await opened(link)];
    expect(one.id).not.toBe(two.id);
    expect(one).toMatchObject({
      ...{ status: 'open', product_id: monthly.id, active_trial_interval: 'week', active_trial_interval_count: 2 },
      ...{ require_billing_address: true, metadata: { from: 'mail' }, return_url: 'https://example.com/' },
      ...{ success_url: `https://example.com/thanks?id=${one.id}`, customer_ip_address: '198.51.100.7' },
    });
  });

  it('is filled in by the address, into metadata too', async () => {
    const size = await make('/v1/custom-fields/', {
      ...{ type: 'select', slug: `size-${randomUUID().slice(0, 8)}`, name: 'Size' },
      properties: { options: [{ value: 'l', label: 'Large' }] },
    });
    const attached_custom_fields = [{ custom_field_id: size.id, required: true }];
    const [first, second] = [await aProduct(), await aProduct({ prices: [own], attached_custom_fields })];
    const link = await aLink([first, second], { metadata: { utm_source: 'mine' } });
    const query = new URLSearchParams({
      ...{ customer_email: 'ada@example.com', customer_name: 'Ada', product_id: second.id, amount: '1500' },
      ...{ locale: 'fr-CA', reference_id: 'partner-5', utm_source: 'theirs', utm_campaign: 'spring' },
      [`custom_field_data.${size.slug}`]: 'l',
    });
    expect(await opened(link, { query: query.toString() })).toMatchObject({
      ...{ customer_email: 'ada@example.com', customer_name: 'Ada', product_id: second.id, amount: 1500 },
      ...{ locale: 'fr-CA', metadata: { reference_id: 'partner-5', utm_source: 'mine', utm_campaign: 'spring' } },
      custom_field_data: { [size.slug]: 'l' },
      products: [{ id: first.id }, { id: second.id }],
    });
  });

  it('comes through whatever nonsense the address says', async () => {
    const field = await make('/v1/custom-fields/', {
      ...{ type: 'number', slug: `number-${randomUUID().slice(0, 8)}`, name: 'Number', properties: {} },
    });
    const attached_custom_fields = [{ custom_field_id: field.id, required: false }];
    const link = await aLink([await aProduct({ prices: [own], attached_custom_fields })]);
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
      expect(await opened(link, { query })).toMatchObject({
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
    const product = await aProduct();
    const [preset, other] = [await aDiscount(), await aDiscount({ basis_points: 1000 })];
    const link = await aLink([product], { discount_id: preset.id });
    expect(await opened(link)).toMatchObject({ discount_id: preset.id, discount_amount: 1000 });
    const query = `discount_code=${other.code.toLowerCase()}`;
    expect(await opened(link, { query })).toMatchObject({ discount_id: other.id, discount_amount: 200 });
    await running.made(token, 'PATCH', `/v1/discounts/${other.id}`, { ends_at: '2020-01-01T00:00:00Z' });
    expect(await opened(link, { query })).toMatchObject({ discount_id: preset.id });
    const fixedLink = await aLink([product], { discount_id: preset.id, allow_discount_codes: false });
    expect(await opened(fixedLink, { query })).toMatchObject({ discount_id: preset.id, allow_discount_codes: false });
    await running.made(token, 'PATCH', `/v1/discounts/${preset.id}`, { ends_at: '2020-01-01T00:00:00Z' });
    expect(await opened(link)).toMatchObject({ discount_id: null, total_amount: 2000 });
    await running.made(token, 'DELETE', `/v1/discounts/${preset.id}`);
    expect(await opened(link)).toMatchObject({ discount_id: null, total_amount: 2000 });
    expect(await running.made(token, 'GET', `/v1/checkout-links/${link.id}`)).toMatchObject({ discount: null });
    const tooMuch = await aDiscount({ basis_points: 9990 });
    expect(await opened(await aLink([product], { discount_id: tooMuch.id }))).toMatchObject({ discount_id: null });
  });

  it('buys as many seats as the link says, and no others', async () => {
    const team = await aProduct({ prices: [seats] });
    const link = await aLink([team], { seats: 5 });
    const checkout = await opened(link);
    expect(checkout).toMatchObject({ seats: 5, min_seats: 5, max_seats: 5, amount: 3500 });
    const path = `/v1/checkouts/client/${checkout.client_secret}`;
    expect((await running.call(null, 'PATCH', path, { seats: 6 })).status).toBe(422);
    const fewer = { ...seats, seat_tiers: { tiers: [{ min_seats: 1, max_seats: 3, price_per_seat: 700 }] } };
    await running.made(token, 'PATCH', `/v1/products/${team.id}`, { prices: [fewer] });
    expect(await opened(link)).toMatchObject({ seats: 1, min_seats: null });
  });

  it('sees only what is still sold, and is told kindly where nothing is', async () => {
    const [first, second] = [await aProduct(), await aProduct()];
    const link = await aLink([first, second]);
    await running.made(token, 'PATCH', `/v1/products/${first.id}`, { is_archived: true });
    const checkout = await opened(link, { query: `product_id=${first.id}` });
    expect(checkout.products.map(({ id }: { id: string }) => id)).toEqual([second.id]);
    await running.made(token, 'PATCH', `/v1/products/${second.id}`, { is_archived: true });
    const answer = await visit(link);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([410, 'text/html; charset=utf-8']);
    expect(await answer.text()).toContain(`href="/shop/${slug}"`);
    expect((await visit({ url: 'http://x/buy/polar_cl_none' })).status).toBe(404);
  });

  it('who is signed in to the shop buys as themselves; an address alone proves nothing', async () => {
    const product = await aProduct();
    const link = await aLink([product]);
    const email = `ada-${randomUUID()}@example.com`;
    const customer = await make('/v1/customers/', { email });
    const session = await make('/v1/customer-sessions/', { customer_id: customer.id });
    const query = `customer_session_token=${session.token}`;
    expect(await opened(link, { query })).toMatchObject({ customer_id: customer.id, customer_email: email });

    const pays = async ({ client_secret: secret }: { client_secret: string }) =>
      running.made(null, 'POST', `/v1/checkouts/client/${secret}/confirm`, {
        confirmation_token_id: await running.aCard(),
      });
    const named = await opened(link, { query: `customer_email=${encodeURIComponent(email)}` });
    expect((await pays(named)).customer_session_token).toBeNull();
    expect((await pays(await opened(link, { query }))).customer_session_token).toMatch(/^polar_cst_/);
  });
});

describe('what only looks', () => {
  it.each<[string, Visit]>([
    ['HEAD', { method: 'HEAD' }],
    [
      'a preview in a chat',
      { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' } },
    ],
    [
      'a crawler',
      { headers: { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' } },
    ],
    ['a browser ahead of a click', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
    ['a script', { headers: { 'user-agent': 'curl/8.5.0' } }],
  ])('%s opens no checkout, and sees what is sold', async (_, how) => {
    const product = await aProduct({ name: 'Fern <Pro> & "more"' });
    const link = await aLink([product]);
    for (const address of [link, { url: `http://x/shop/${slug}/buy/${product.id}` }]) {
      const answer = await visit(address, how);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const page = await answer.text();
      if (how.method !== 'HEAD') expect(page).toContain('<h1>Fern &lt;Pro&gt; &amp; &quot;more&quot;</h1>');
      expect(await checkoutsOf(product)).toBe(0);
    }
    // Who pressed its button is a person, whatever their browser calls itself.
    await opened(link, { ...how, method: 'POST' });
    expect(await checkoutsOf(product)).toBe(1);
  });
});

it('whoever opens too many has to wait, alone', async () => {
  const product = await aProduct();
  const link = await aLink([product]);
  const statuses: number[] = [];
  for (let count = 0; count < 62; count += 1) {
    const address = count % 2 === 0 ? link : { url: `http://x/shop/${slug}/buy/${product.id}` };
    statuses.push((await visit(address, { from: '198.51.100.99' })).status);
  }
  expect(statuses.indexOf(429)).toBe(60);
  const waiting = await visit(link, { from: '198.51.100.99' });
  expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await waiting.text()).toContain('One moment, please');
  expect((await visit(link)).status).toBe(302);
  expect(await checkoutsOf(product)).toBe(61);
});

describe('in a frame', () => {
  const policyOf = async (path: string) => {
    const { headers } = await fetch(running.api + path, { headers: { accept: 'text/html' } });
    const policy = /frame-ancestors ([^;]+)/.exec(headers.get('content-security-policy') ?? '')?.[1];
    return [policy, headers.get('x-frame-options')];
  };

  it('is shown only by pages of the merchant’s list, where there is one', async () => {
    const merchant = await running.aMerchant();
    const asMerchant = (method: string, path: string, body: object) => running.call(merchant.token, method, path, body);
    const path = `/v1/organizations/${merchant.organization.id}`;
    const { body: listed } = await asMerchant('PATCH', path, { embed_hosts: ['*.example.com'] });
    expect(listed).toMatchObject({ embed_hosts: ['*.example.com'], embed_hosts_enforced: true });
    const { body: product } = await asMerchant('POST', '/v1/products/', { name: 'Fern Pro', prices: [fixed] });
    const opens = (embed_origin: string) =>
      asMerchant('POST', '/v1/checkouts/', { products: [product.id], embed_origin });
    expect((await opens('https://evil.example')).body.detail[0].loc).toEqual(['body', 'embed_origin']);
    const { body: checkout } = await opens('https://shop.example.com');
    expect(checkout.embed_origin).toBe('https://shop.example.com');
    const moved = await asMerchant('PATCH', `/v1/checkouts/${checkout.id}`, { embed_origin: 'https://evil.example' });
    expect(moved.status).toBe(422);
    const { body: link } = await asMerchant('POST', '/v1/checkout-links/', { products: [product.id] });
    const answer = await visit(link, { query: 'embed_origin=https%3A%2F%2Fevil.example' });
    expect(answer.status).toBe(302);
    const to = new URL(answer.headers.get('location') ?? '');
    expect(await policyOf(to.pathname)).toEqual(["'self'", 'SAMEORIGIN']);
  });

  it('is shown by the page that it was opened for, and by no other', async () => {
    const link = await aLink([await aProduct()]);
    const answer = await visit(link, { query: 'embed=true&embed_origin=https%3A%2F%2Fexample.com&theme=dark' });
    const to = new URL(answer.headers.get('location') ?? '');
    expect(to.search).toBe('?embed=true&theme=dark');
    for (const path of [to.pathname, `${to.pathname}/confirmation`]) {
      expect(await policyOf(path)).toEqual(["'self' https://example.com", null]);
    }
    const { client_secret: other } = await opened(link);
    expect(await policyOf(`/checkout/${other}`)).toEqual(["'self'", 'SAMEORIGIN']);
    expect(await policyOf('/checkout/polar_c_none')).toEqual(["'self'", 'SAMEORIGIN']);
  });
});

it('a checkout of the merchant’s own gets the buyer’s address with the first word of theirs, unless it was given', async () => {
  const product = await aProduct();
  const [unknown, known] = [
    await make('/v1/checkouts/', { products: [product.id] }),
    await make('/v1/checkouts/', { products: [product.id], customer_ip_address: '192.0.2.1' }),
  ];
  const enter = (checkout: { client_secret: string }) =>
    fetch(`${running.api}/v1/checkouts/client/${checkout.client_secret}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '198.51.100.8' },
      body: JSON.stringify({ customer_name: 'Ada' }),
    });
  await enter(unknown);
  await enter(known);
  const addressOf = async ({ id }: { id: string }) =>
    (await running.made(token, 'GET', `/v1/checkouts/${id}`)).customer_ip_address;
  expect([await addressOf(unknown), await addressOf(known)]).toEqual(['198.51.100.8', '192.0.2.1']);
});
