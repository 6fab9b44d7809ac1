/** What lists leave out and in which order they come, and the tables that are made of them. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { routes } from '../../api/routes/index.ts';
import { type Everything, eventually, oneOfEach } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let things: Everything;
let organization: { id: string };

beforeAll(async () => {
  running = await startRunning();
  ({ token, organization } = await running.aMerchant());
  things = await oneOfEach(running, token);
});
afterAll(() => running.close());

const get = (path: string) => running.made(token, 'GET', path);
const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const ids = async (path: string): Promise<string[]> => (await get(path)).items.map(({ id }: { id: string }) => id);
const price = (price_amount: number) => [{ amount_type: 'fixed', price_amount, price_currency: 'usd' }];

describe('organization_id', () => {
  const named = routes
    .filter(({ method, query }) => method === 'get' && query instanceof z.ZodObject && 'organization_id' in query.shape)
    // Not a list.
    .filter(({ path }) => path !== '/v1/events/statistics')
    .map(({ path }) => [path] as const);
  const needed = (path: string) =>
    path.endsWith('-costs') ? 'start_timestamp=2020-01-01T00:00:00Z&end_timestamp=2030-01-01T00:00:00Z&' : '';

  it.each(named)('%s is empty for another organization, and whole for one’s own', async (path) => {
    const own = await get(`${path}?${needed(path)}organization_id=${organization.id}`);
    const foreign = await get(`${path}?${needed(path)}organization_id=${randomUUID()}`);
    if (path.endsWith('export')) {
      expect([own.split('\r\n').length > 2, foreign.split('\r\n').length]).toEqual([true, 2]);
    } else {
      expect([own.items.length > 0, foreign.items, foreign.pagination.total_count]).toEqual([true, [], 0]);
    }
  });

  it.each([
    ['/v1/products/', { name: 'Fern', prices: price(500) }],
    ['/v1/benefits/', { type: 'custom', description: 'A note', properties: {} }],
    ['/v1/customers/', { email: 'eve@example.com' }],
    ['/v1/webhooks/endpoints', { url: 'http://127.0.0.1:9/', format: 'raw', events: [] }],
  ])('%s makes nothing for another organization', async (path, body) => {
    const reply = await running.call(token, 'POST', path, { ...body, organization_id: randomUUID() });
    expect([reply.status, reply.body.detail[0].loc]).toEqual([422, ['body', 'organization_id']]);
  });
});

describe('meters of customers', () => {
  it('come in the order of their usage', async () => {
    const { token: shop } = await running.aMerchant();
    const make = (path: string, body: unknown) => running.made(shop, 'POST', path, body);
    const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'shot' }] };
    const meter = await make('/v1/meters/', { name: 'Shots', filter, aggregation: { func: 'count' } });
    const customers: string[] = [];
    for (const shots of [2, 5, 3]) {
      const external_id = `sorted-${randomUUID()}`;
      const { id } = await make('/v1/customers/', { email: `${external_id}@example.com`, external_id });
      // By either name.
      const whose = (n: number) => (n % 2 === 0 ? { customer_id: id } : { external_customer_id: external_id });
      await make('/v1/events/ingest', {
        events: Array.from({ length: shots }, (_, n) => ({ name: 'shot', ...whose(n) })),
      });
      customers.push(id);
    }
    const list = async (query: string) =>
      (await running.made(shop, 'GET', `/v1/customer-meters/?meter_id=${meter.id}&${query}`)).items as {
        customer_id: string;
        consumed_units: number;
      }[];
    const consumed = async (query: string) => (await list(query)).map(({ consumed_units }) => consumed_units);
    expect(await consumed('sorting=consumed_units')).toEqual([2, 3, 5]);
    expect(await consumed('sorting=-consumed_units&limit=2')).toEqual([5, 3]);
    expect(await consumed('sorting=-consumed_units&limit=2&page=2')).toEqual([2]);
    expect(await consumed('sorting=balance')).toEqual([5, 3, 2]);
    const byAge = (await list('sorting=credited_units&sorting=created_at')).map(({ customer_id }) => customer_id);
    expect(byAge).toEqual(customers);
    const { token: session } = await make('/v1/customer-sessions/', { customer_id: customers[0] });
    const mine = await running.made(session, 'GET', '/v1/customer-portal/meters/?sorting=-balance&sorting=meter_name');
    expect(mine.items).toMatchObject([{ consumed_units: 2 }]);
  });
});

describe('filters', () => {
  it('customers, by whether they subscribe to anything', async () => {
    const { id } = await make('/v1/customers/', { email: `idle-${randomUUID()}@example.com` });
    expect(await ids('/v1/customers/?active=true')).toEqual([things.customer.id]);
    expect((await ids('/v1/customers/?active=false')).sort()).toEqual([id, things.seat.team.id].sort());
  });

  it.each([
    ['started_after=2027-01-31T00:00:00Z&started_before=2027-01-31T00:00:00Z', 1],
    ['started_after=2027-02-01', 0],
    ['started_before=2027-01-30T23:59:59', 0],
    [`discount_id=${randomUUID()}`, 0],
  ])('subscriptions with %s: %i', async (query, count) => {
    expect(await ids(`/v1/subscriptions/?${query}`)).toHaveLength(count);
  });

  it.each([
    ['created_after=2027-01-31T00:00:00Z&created_before=2027-01-31', 1],
    ['created_after=2027-02-01', 0],
    [`discount_id=${randomUUID()}`, 0],
    ['product_billing_type=recurring', 1],
    ['product_billing_type=one_time', 1],
  ])('orders with %s: %i', async (query, count) => {
    expect(await ids(`/v1/orders/?${query}`)).toHaveLength(count);
  });

  it('benefits of a type that nobody has', async () => {
    expect(await ids('/v1/benefits/?type=discord')).toEqual([]);
    expect(await ids('/v1/benefits/?type=discord&type=license_keys')).toEqual([things.benefit.id]);
    const mine = '/v1/customer-portal/benefit-grants/?type=meter_credit';
    expect((await running.made(things.session, 'GET', mine)).items).toEqual([]);
    expect((await running.call(token, 'GET', '/v1/benefits/?type=magic')).status).toBe(422);
  });
});

describe('order', () => {
  it('products by price', async () => {
    const dear = await make('/v1/products/', { name: 'Fern Max', prices: price(9000) });
    const free = await make('/v1/products/', { name: 'Fern Lite', prices: price(0) });
    const asked = await ids('/v1/products/?sorting=price_amount');
    expect(asked.filter((id) => id !== things.seat.product.id)).toEqual([free.id, things.product.id, dear.id]);
    expect((await ids('/v1/products/?sorting=-price_amount'))[0]).toBe(dear.id);
    expect((await ids('/v1/products/?sorting=-price_amount_type')).slice(0, 2)).toEqual([
      things.seat.product.id,
      free.id,
    ]);
  });

  it('benefits as the request lists them, and grants of a customer as the product does', async () => {
    const makeNote = (description: string) => make('/v1/benefits/', { type: 'custom', description, properties: {} });
    const wanted = [await makeNote('Note B'), things.benefit, await makeNote('Note A')].map(({ id }) => id);
    const asked = wanted.map((id) => `id=${id}`).join('&');
    expect(await ids(`/v1/benefits/?${asked}&sorting=user_order`)).toEqual(wanted);
    expect(await ids(`/v1/benefits/?${asked}&sorting=-user_order`)).toEqual([...wanted].reverse());

    await make(`/v1/products/${things.product.id}/benefits`, { benefits: wanted });
    const held = async (sorting: string) => {
      const path = `/v1/customer-portal/benefit-grants/${sorting}`;
      const { items } = await running.made(things.session, 'GET', path);
      return items.map((grant: { benefit_id: string }) => grant.benefit_id);
    };
    await eventually(async () => ((await held('')).length === 3 ? true : undefined));
    expect(await held('')).toEqual(wanted);
    expect(await held('?sorting=-product_benefit')).toEqual([...wanted].reverse());
    expect((await held('?sorting=-type'))[0]).toBe(things.benefit.id);
    expect(await ids('/v1/benefit-grants/?sorting=-granted_at')).toHaveLength(3);
  });

  it('whatever else can be named', async () => {
    expect(await ids('/v1/organizations/?sorting=-days_in_status')).toEqual([organization.id]);
    const all = [
      ['/v1/subscriptions/', 'discount', '-customer', 'ends_at'],
      ['/v1/orders/', 'discount', '-subscription', 'net_amount'],
    ] as const;
    const whose = `customer_id=${things.customer.id}`;
    for (const [path, ...sorting] of all) {
      expect(await ids(`${path}?${whose}&${sorting.map((each) => `sorting=${each}`).join('&')}`)).toHaveLength(1);
    }
    for (const path of ['subscriptions/?sorting=-status&sorting=organization', 'orders/?sorting=subscription']) {
      expect((await running.made(things.session, 'GET', `/v1/customer-portal/${path}`)).items).toHaveLength(1);
    }
  });
});

describe('tables', () => {
  const lines = async (path: string) => (await get(path)).trimEnd().split('\r\n');

  it('of subscriptions', async () => {
    expect(await lines('/v1/subscriptions/export')).toEqual([
      'Email,Started At,Product,Amount,Currency,Status,Billing Interval',
      `${things.customer.email},2027-01-31T00:00:00.000Z,Fern Pro,20.00,usd,active,month`,
    ]);
    const asked = 'columns=trial_end&columns=started_at&columns=cancel_at_period_end&timezone=Asia/Kolkata';
    expect(await lines(`/v1/subscriptions/export?${asked}`)).toEqual([
      'Trial End,Started At,Cancels At Period End',
      ',2027-01-31T05:30:00.000+05:30,false',
    ]);
    expect(await lines('/v1/subscriptions/export?status=canceled')).toHaveLength(1);
    expect(await lines('/v1/subscriptions/export?started_after=2028-01-01')).toHaveLength(1);
  });

  it('of orders', async () => {
    const mine = `product_id=${things.product.id}`;
    expect(await lines(`/v1/orders/export?${mine}`)).toEqual([
      'Email,Created At,Product,Net Amount,Currency,Status,Invoice number',
      `${things.customer.email},2027-01-31T00:00:00.000Z,Fern Pro,20.00,usd,paid,${things.order.invoice_number}`,
    ]);
    expect(await lines(`/v1/orders/export?${mine}&columns=total_amount&columns=billing_reason`)).toEqual([
      'Total,Billing Reason',
      '20.00,subscription_create',
    ]);
    expect(await lines(`/v1/orders/export?${mine}&created_before=2026-12-31`)).toHaveLength(1);
    expect((await running.call(token, 'GET', '/v1/orders/export?timezone=Mars')).status).toBe(422);
    expect((await running.call(token, 'GET', '/v1/orders/export?columns=secret')).status).toBe(422);
  });

  it('of more rows than are read at once', async () => {
    const many = (await running.aMerchant()).token;
    const em = running.orm.em.fork();
    const id = (await running.made(many, 'GET', '/v1/organizations/')).items[0].id;
    await em.execute(
      `insert into customers (id, created_at, organization_id, type, email, email_verified, metadata, next_invoice_number)
       select gen_random_uuid(), '2027-01-01', ?, 'individual', 'c' || n || '@example.com', false, '{}', 1
       from generate_series(1, 1201) n`,
      [id],
    );
    const text = await running.made(many, 'GET', '/v1/customers/export');
    expect(new Set(text.trimEnd().split('\r\n')).size).toBe(1202);
  });
});
