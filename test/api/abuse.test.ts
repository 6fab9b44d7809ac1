/** Bad input to every route that takes any: refused in the peer's shape, never an error of ours, and nothing written. */
import { z } from 'zod';
import { raw } from '../../api/replies.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes/index.ts';
import { type Everything, oneOfEach } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let things: Everything;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  things = await oneOfEach(running, token);
});
afterAll(() => running.close());

const SQL = "'); drop table orders; --";
const HOSTILE: readonly unknown[] = [
  SQL,
  '<script>alert(1)</script>',
  'a\u0000b',
  '\ud800',
  'x'.repeat(20_000),
  '',
  '2027-13-45T99:99:99Z',
  '0000-00-00',
  '../../etc/passwd',
  '{CHECKOUT_ID}',
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e300,
  null,
  true,
  [],
  [null],
  {},
  { $ne: null },
  { __proto__: { polluted: true } },
  [[[[[]]]]],
];

/** A body of each kind that is fine by itself, for one value of it at a time to be made bad. */
function fineBody(path: string): Record<string, unknown> {
  const price = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
  const fine: Readonly<Record<string, Record<string, unknown>>> = {
    '/v1/products/': { name: 'Fern Pro', recurring_interval: 'month', prices: [price] },
    '/v1/benefits/': { type: 'custom', description: 'A note', properties: { note: 'Hello' } },
    '/v1/discounts/': { name: 'Half off', type: 'percentage', basis_points: 5000, duration: 'once' },
    '/v1/checkouts/': { products: [things.product.id], metadata: { a: 'b' } },
    '/v1/custom-fields/': { type: 'text', slug: 'note', name: 'A note', properties: {} },
    '/v1/checkout-links/': { products: [things.product.id], metadata: { a: 'b' } },
    '/v1/test-clocks/': { name: 'A year', frozen_time: '2027-01-31T00:00:00Z' },
    '/v1/webhooks/endpoints': { url: 'http://127.0.0.1:9/', format: 'raw', events: ['order.paid'] },
    '/v1/license-keys/validate': { key: things.key.key, organization_id: things.key.organization_id },
    '/v1/license-keys/activate': { key: things.key.key, organization_id: things.key.organization_id, label: 'A' },
    '/v1/organization-access-tokens/': { comment: 'A test', scopes: ['orders:read'] },
  };
  return fine[path] ?? {};
}

const withBody = routes
  .filter(({ body, auth }) => body !== undefined && body !== raw && auth !== 'operator')
  .map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

const withQuery = routes
  .filter(({ query, method }) => query !== undefined && method === 'get')
  .map((route) => [`GET ${route.path}`, route] as const);

function propertiesOf(schema: z.ZodType): string[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const forms = [json, ...(json.anyOf ?? []), ...(json.oneOf ?? [])] as { properties?: object; $ref?: string }[];
  const definitions = (json.$defs ?? {}) as Record<string, { properties?: object }>;
  const resolved = forms.map((form) => (form.$ref ? definitions[form.$ref.replace('#/$defs/', '')] : form));
  return [...new Set(resolved.flatMap((form) => Object.keys(form?.properties ?? {})))];
}

const tokenFor = (route: Route): string | null =>
  route.auth === 'customer' ? things.session : route.auth === 'public' ? null : token;

/** Things that exist, so that a body reaches past the path. */
const pathOf = ({ path }: Route): string =>
  path
    .replace('{client_secret}', things.checkout.client_secret)
    .replace('{external_id}', things.customer.external_id)
    .replace('{id}', path.startsWith('/v1/customers/') ? things.customer.id : things.product.id)
    .replace('{slug}', 'no-such-shop');

describe('a bad value', () => {
  it.each(withBody)('%s refuses it wherever it stands', async (_, route) => {
    const body = fineBody(route.path);
    for (const property of propertiesOf(route.body as z.ZodType)) {
      for (const hostile of HOSTILE) {
        const reply = await running.call(tokenFor(route), route.method.toUpperCase(), pathOf(route), {
          ...body,
          [property]: hostile,
        });
        const sent = `${property} = ${JSON.stringify(hostile)?.slice(0, 60)}`;
        expect([sent, reply.status < 500]).toEqual([sent, true]);
        if (reply.status >= 400) expect([sent, typeof reply.body.error]).toEqual([sent, 'string']);
      }
    }
  });

  it.each(withQuery)('%s refuses it in each parameter', async (_, route) => {
    const path = pathOf(route);
    for (const parameter of propertiesOf(route.query as z.ZodType)) {
      for (const hostile of [SQL, '', '-1', '1e9', '99999999999999999999', '%00', '\u0000', '[]', 'x'.repeat(2000)]) {
        const url = `${path}?${parameter}=${hostile === '%00' ? hostile : encodeURIComponent(hostile)}`;
        const { status } = await running.call(tokenFor(route), 'GET', url);
        expect([url.slice(0, 120), status < 500]).toEqual([url.slice(0, 120), true]);
      }
    }
  });
});

describe('a bad body', () => {
  it.each([
    ['malformed', '{"name": '],
    ['a list', '[]'],
    ['a number', '7'],
    ['not UTF-8 in spirit', '"\\ud800"'],
    ['two megabytes', JSON.stringify({ name: 'x'.repeat(2_000_000) })],
    ['very deep', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('that is %s is refused, and nothing is written', async (_, body) => {
    const before = await count();
    for (const [, route] of withBody) {
      const { status } = await running.call(tokenFor(route), route.method.toUpperCase(), pathOf(route), body);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect(await count()).toEqual(before);
  });
});

it.each([
  ['/v1/products/', { name: 'Fern', prices: [{ amount_type: 'fixed', price_amount: -5, price_currency: 'usd' }] }],
  ['/v1/products/', { name: 'Fern', prices: [{ amount_type: 'fixed', price_amount: 49, price_currency: 'usd' }] }],
  ['/v1/products/', { name: 'Fern', prices: [{ amount_type: 'fixed', price_amount: 1e12, price_currency: 'usd' }] }],
  ['/v1/products/', { name: 'Fern', prices: [{ amount_type: 'fixed', price_amount: 500, price_currency: 'xxx' }] }],
  ['/v1/customers/', { email: 'not an address' }],
  ['/v1/checkouts/', { products: [] }],
  ['/v1/webhooks/endpoints', { url: 'ftp://example.com', format: 'raw', events: ['order.paid'] }],
])('%s refuses %j and writes nothing', async (path, body) => {
  const before = await count();
  expect((await running.call(token, 'POST', path, body)).status).toBe(422);
  expect(await count()).toEqual(before);
});

async function count() {
  const em = running.orm.em.fork();
  const tables = [
    'products',
    'prices',
    'benefits',
    'customers',
    'checkouts',
    'discounts',
    'subscriptions',
    'webhook_endpoints',
  ];
  const counted: Record<string, number> = {};
  for (const table of tables) {
    const [row]: { n: number }[] = await em.execute(`select count(*)::int as n from ${table}`);
    counted[table] = row?.n ?? 0;
  }
  return counted;
}
