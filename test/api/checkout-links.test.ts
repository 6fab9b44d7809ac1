/** Links that sell: as merchants write them, as programs look at them, opened too often, and within other pages. */
import { randomUUID } from 'node:crypto';
import { aLinkShop, fixed, type LinkShop, seats, type Visit } from './linking.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let shop: LinkShop;
let stranger: string;

beforeAll(async () => {
  running = await startRunning();
  shop = await aLinkShop(running);
  stranger = (await running.aMerchant()).token;
});
afterAll(() => running.close());

describe('a merchant', () => {
  it('makes one of products, of a product, or of a price', async () => {
    const product = await shop.aProduct();
    const all = [
      await shop.aLink([product]),
      await shop.make('/v1/checkout-links/', { payment_processor: 'stripe', product_id: product.id }),
      await shop.make('/v1/checkout-links/', { payment_processor: 'stripe', product_price_id: product.prices[0].id }),
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
      shop.token,
      'GET',
      `/v1/checkout-links/?product_id=${product.id}&sorting=created_at`,
    );
    expect(items).toEqual(all);
  });

  it('sets, changes and deletes it', async () => {
    const [first, second] = [await shop.aProduct(), await shop.aProduct()];
    const discount = await shop.aDiscount();
    const link = await shop.aLink([first, second], {
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
    const changed = await running.made(shop.token, 'PATCH', path, {
      ...{ products: [second.id], label: null, discount_id: null, allow_discount_codes: true },
      ...{ require_billing_address: true, metadata: {} },
    });
    expect(changed).toMatchObject({ label: null, discount: null, discount_id: null, require_billing_address: true });
    expect(changed.products.map(({ id }: { id: string }) => id)).toEqual([second.id]);
    expect(await running.made(shop.token, 'GET', path)).toEqual(changed);
    await running.made(shop.token, 'DELETE', path);
    expect((await running.call(shop.token, 'GET', path)).status).toBe(404);
    const gone = await shop.visit(link);
    expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('Nothing is sold here')]);
  });

  it('is refused what can’t be sold', async () => {
    const [product, team] = [await shop.aProduct(), await shop.aProduct({ prices: [seats] })];
    const refused = async (body: object) => {
      const reply = await running.call(shop.token, 'POST', '/v1/checkout-links/', body);
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
    const link = await shop.aLink([team], { seats: 5 });
    const change = await running.call(shop.token, 'PATCH', `/v1/checkout-links/${link.id}`, { products: [product.id] });
    expect(change.status).toBe(422);
    expect((await running.call(stranger, 'POST', '/v1/checkout-links/', { products: [product.id] })).status).toBe(422);
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
    const product = await shop.aProduct({ name: 'Fern <Pro> & "more"' });
    const link = await shop.aLink([product]);
    for (const address of [link, { url: `http://x/shop/${shop.slug}/buy/${product.id}` }]) {
      const answer = await shop.visit(address, how);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const page = await answer.text();
      if (how.method !== 'HEAD') expect(page).toContain('<h1>Fern &lt;Pro&gt; &amp; &quot;more&quot;</h1>');
      expect(await shop.checkoutsOf(product)).toBe(0);
    }
    // Who pressed its button is a person, whatever their browser calls itself.
    await shop.opened(link, { ...how, method: 'POST' });
    expect(await shop.checkoutsOf(product)).toBe(1);
  });
});

it('whoever opens too many has to wait, alone', async () => {
  const product = await shop.aProduct();
  const link = await shop.aLink([product]);
  const statuses: number[] = [];
  for (let count = 0; count < 62; count += 1) {
    const address = count % 2 === 0 ? link : { url: `http://x/shop/${shop.slug}/buy/${product.id}` };
    statuses.push((await shop.visit(address, { from: '198.51.100.99' })).status);
  }
  expect(statuses.indexOf(429)).toBe(60);
  const waiting = await shop.visit(link, { from: '198.51.100.99' });
  expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await waiting.text()).toContain('One moment, please');
  expect((await shop.visit(link)).status).toBe(302);
  expect(await shop.checkoutsOf(product)).toBe(61);
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
    const answer = await shop.visit(link, { query: 'embed_origin=https%3A%2F%2Fevil.example' });
    expect(answer.status).toBe(302);
    const to = new URL(answer.headers.get('location') ?? '');
    expect(await policyOf(to.pathname)).toEqual(["'self'", 'SAMEORIGIN']);
  });

  it('is shown by the page that it was opened for, and by no other', async () => {
    const link = await shop.aLink([await shop.aProduct()]);
    const answer = await shop.visit(link, { query: 'embed=true&embed_origin=https%3A%2F%2Fexample.com&theme=dark' });
    const to = new URL(answer.headers.get('location') ?? '');
    expect(to.search).toBe('?embed=true&theme=dark');
    for (const path of [to.pathname, `${to.pathname}/confirmation`]) {
      expect(await policyOf(path)).toEqual(["'self' https://example.com", null]);
    }
    const { client_secret: other } = await shop.opened(link);
    expect(await policyOf(`/checkout/${other}`)).toEqual(["'self'", 'SAMEORIGIN']);
    expect(await policyOf('/checkout/polar_c_none')).toEqual(["'self'", 'SAMEORIGIN']);
  });
});

it('a checkout of the merchant’s own gets the buyer’s address with the first word of theirs, unless it was given', async () => {
  const product = await shop.aProduct();
  const [unknown, known] = [
    await shop.make('/v1/checkouts/', { products: [product.id] }),
    await shop.make('/v1/checkouts/', { products: [product.id], customer_ip_address: '192.0.2.1' }),
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
    (await running.made(shop.token, 'GET', `/v1/checkouts/${id}`)).customer_ip_address;
  expect([await addressOf(unknown), await addressOf(known)]).toEqual(['198.51.100.8', '192.0.2.1']);
});
