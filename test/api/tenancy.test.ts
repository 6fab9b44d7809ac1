/** Every route, with nobody's token, with one that may not, and with another organization's. */
import { routes } from '../../api/routes/index.ts';
import { type Everything, oneOfEach } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let things: Everything;
let stranger: { token: string };
let powerless: { token: string };

beforeAll(async () => {
  running = await startRunning();
  const owner = await running.aMerchant();
  things = await oneOfEach(running, owner.token);
  stranger = await running.aMerchant();
  powerless = await running.aMerchant(['metrics:write']);
});
afterAll(() => running.close());

/** The path with the owner's things in it. */
function pathTo(path: string): string {
  if (/\/members|customer-seats|portal\/seats/.test(path)) return pathToSeat(path);
  const ids: readonly [prefix: string, id: string][] = [
    ['/v1/test-clocks/', things.clock.id],
    ['/v1/benefits/', things.benefit.id],
    ['/v1/products/', things.product.id],
    ['/v1/discounts/', things.discount.id],
    ['/v1/custom-fields/', things.field.id],
    ['/v1/checkout-links/', things.link.id],
    ['/v1/customers/', things.customer.id],
    ['/v1/checkouts/', things.checkout.id],
    ['/v1/subscriptions/', things.subscription.id],
    ['/v1/orders/', things.order.id],
    ['/v1/payments/', things.payment.id],
    ['/v1/license-keys/', things.key.id],
    ['/v1/webhooks/endpoints/', things.endpoint.id],
    ['/v1/meters/', things.meter.id],
    ['/v1/events/', things.event.id],
    ['/v1/customer-meters/', things.customerMeter.id],
    ['/v1/customer-portal/meters/', things.customerMeter.id],
    ['/v1/event-types/', things.eventType.id],
    ['/v1/organizations/', things.product.organization_id],
    ['/v1/customer-portal/subscriptions/', things.subscription.id],
    ['/v1/customer-portal/orders/', things.order.id],
    ['/v1/customer-portal/license-keys/', things.key.id],
  ];
  const id = ids.find(([prefix]) => path.startsWith(prefix))?.[1] ?? things.order.id;
  return path
    .replace('{id}', id)
    .replace(/quantities$/, '$&?start_timestamp=2027-01-01&end_timestamp=2027-01-02&interval=day')
    .replace('{activation_id}', things.activation.id)
    .replace('{external_id}', things.customer.external_id);
}

/** A seat is a team's. */
function pathToSeat(path: string): string {
  const { seat } = things;
  return path
    .replace('{id}', path.includes('customer-portal') ? seat.member_id : seat.team.id)
    .replace('{external_id}', seat.team.external_id)
    .replace('{member_id}', seat.member_id)
    .replace('{member_external_id}', 'grace')
    .replace('{seat_id}', seat.id);
}

const named = routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);
const forOrganizations = named.filter(([, { auth }]) => auth === 'organization');
const guarded = named.filter(([, { auth }]) => auth !== 'public');
const ofOneThing = forOrganizations.filter(([, { path }]) => /\{(id|external_id|seat_id)\}/.test(path));
/** What these can't be asked without. */
const TODAY = `?start_timestamp=${new Date(Date.now() - 86_400_000).toISOString()}&end_timestamp=${new Date(Date.now() + 86_400_000).toISOString()}`;
const QUERIES: Readonly<Record<string, string>> = {
  '/v1/events/statistics': `${TODAY}&interval=hour`,
  '/v1/events/customer-costs': TODAY,
};
// Seats are listed of one purchase.
const lists = forOrganizations.filter(
  ([, { method, path }]) => method === 'get' && !path.includes('{') && path !== '/v1/customer-seats',
);

describe('without a token', () => {
  it.each(guarded)('%s is refused', async (_, { method, path }) => {
    expect((await running.call(null, method.toUpperCase(), pathTo(path))).status).toBe(401);
  });
});

describe('with a token that is none of ours', () => {
  it.each(guarded)('%s is refused', async (_, { method, path }) => {
    expect((await running.call('polar_oat_made-up', method.toUpperCase(), pathTo(path))).status).toBe(401);
  });
});

describe('with a token without the scope', () => {
  it.each(forOrganizations)('%s is refused', async (_, { method, path }) => {
    expect((await running.call(powerless.token, method.toUpperCase(), pathTo(path))).status).toBe(403);
  });
});

describe('with another organization’s token', () => {
  it.each(ofOneThing)('%s finds nothing', async (_, { method, path }) => {
    const reply = await running.call(
      stranger.token,
      method.toUpperCase(),
      pathTo(path),
      method === 'get' ? undefined : (BODIES[path] ?? {}),
    );
    expect(reply.status).toBe(404);
  });

  it.each(lists)('%s lists nothing of the owner’s', async (_, { path }) => {
    const reply = await running.call(stranger.token, 'GET', path + (QUERIES[path] ?? ''));
    expect(reply.status).toBe(200);
    const text = JSON.stringify(reply.body);
    for (const thing of [
      things.product,
      things.customer,
      things.order,
      things.subscription,
      things.key,
      things.discount,
      things.field,
      things.link,
      things.meter,
      things.event,
      things.customerMeter,
      things.eventType,
    ]) {
      expect(text).not.toContain(thing.id);
    }
  });

  it('nothing can be made of the owner’s things', async () => {
    const { token } = stranger;
    const asking = { attached_custom_fields: [{ custom_field_id: things.field.id, required: false }] };
    const attempts = [
      ['/v1/checkouts/', { products: [things.product.id] }],
      ['/v1/discounts/', { name: 'Half', basis_points: 5000, duration: 'once', products: [things.product.id] }],
      ['/v1/checkout-links/', { products: [things.product.id] }],
      ['/v1/products/', { name: 'Fern', prices: [{ amount_type: 'free' }], ...asking }],
      ['/v1/subscriptions/', { product_id: things.product.id, customer_id: things.customer.id }],
      ['/v1/customer-sessions/', { customer_id: things.customer.id }],
      ['/v1/customer-sessions/', { customer_id: things.seat.team.id, member_id: things.seat.member_id }],
      ['/v1/customers/', { email: 'mallory@example.com', test_clock_id: things.clock.id }],
    ] as const;
    for (const [path, body] of attempts) expect((await running.call(token, 'POST', path, body)).status).toBe(422);
    const key = { key: things.key.key, organization_id: things.key.organization_id };
    expect((await running.call(token, 'POST', '/v1/license-keys/validate', key)).status).toBe(404);
  });
});

describe('a customer’s session', () => {
  it('shows its own purchases', async () => {
    const { items } = await running.made(things.session, 'GET', '/v1/customer-portal/orders/');
    expect(items.map(({ id }: { id: string }) => id)).toEqual([things.order.id]);
  });

  it('opens nothing of the merchant’s', async () => {
    expect((await running.call(things.session, 'GET', '/v1/orders/')).status).toBe(401);
  });

  it('finds nothing of another customer', async () => {
    const others = await oneOfEach(running, stranger.token);
    for (const kind of ['orders', 'subscriptions', 'license-keys']) {
      const id = { orders: things.order.id, subscriptions: things.subscription.id, 'license-keys': things.key.id }[
        kind
      ];
      expect((await running.call(others.session, 'GET', `/v1/customer-portal/${kind}/${id}`)).status).toBe(404);
    }
  });
});

/** Bodies that would be fine, so that what is refused is the thing. */
const BODIES: Readonly<Record<string, unknown>> = {
  '/v1/event-types/{id}': { label: 'Another' },
  '/v1/test-clocks/{id}/advance': { frozen_time: '2028-01-01T00:00:00Z' },
  '/v1/products/{id}/benefits': { benefits: [] },
  '/v1/custom-fields/{id}': { type: 'text', name: 'Another' },
  '/v1/benefits/{id}': { type: 'license_keys', description: 'Another' },
  '/v1/subscriptions/{id}/change-preview': { product_id: '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11' },
  '/v1/subscriptions/{id}': { cancel_at_period_end: true },
  '/v1/customers/{id}/balances': { currency: 'usd', amount: 500, reason: 'Thanks', idempotency_key: 'thanks' },
  '/v1/customers/{id}/members': { email: 'mallory@example.com' },
  '/v1/customers/external/{external_id}/members': { email: 'mallory@example.com' },
  '/v1/webhooks/endpoints/{id}/replay': { since: '2027-01-01T00:00:00Z' },
};
