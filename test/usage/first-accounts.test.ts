/**
 * Somebody is told of, which makes the first account of their usage with a meter, while an ingestion holds that account and
 * waits for one that is held here: of the two the database ends one, and neither's caller hears of it.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { MeterId, OrganizationId } from '../../billing/ids.ts';
import { lockAccounts } from '../../usage/add-to-accounts.ts';
import { subjectOf } from '../../usage/subjects.ts';
import { eventually } from '../api/everything.ts';
import { type Running, startRunning } from '../api/running.ts';
import { aShop, fixed } from './selling.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

type Shop = Awaited<ReturnType<typeof aShop>>;

it.each([
  ['a customer', 'customer.created', ofCustomer],
  ['a checkout', 'checkout.created', ofCheckout],
])('%s is made all the same, and counted once', async (_, name, prepare) => {
  const shop = await aShop(running);
  const externalId = `ada-${randomUUID()}`;
  const { customerId, path, body } = await prepare(shop, externalId);
  const calls = await shop.aMeter('Calls', { aggregation: { func: 'count' } });
  await shop.make('/v1/events/ingest', { events: [{ name: 'call', external_customer_id: externalId }] });
  const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: name }] };
  const told = await shop.aMeter('Told', { filter, aggregation: { func: 'count' } });
  const subject = subjectOf(shop.organization.id as OrganizationId, externalId);
  const owner = (meterId: string) => ({ subject, meterId: meterId as MeterId, organizationId: shop.organization.id });

  const ingestion = new pg.Client({ connectionString: running.services.environment.DATABASE_URL });
  await ingestion.connect();
  const hold = (meterId: string) =>
    lockAccounts((text, values) => ingestion.query(text, [...values]), [owner(meterId)]);
  // It is the other that looks for circles, and is ended.
  await ingestion.query(`set deadlock_timeout = '1 min'`);
  await ingestion.query('begin');
  await hold(told.id);
  const making = running.call(shop.token, 'POST', path, body);
  await eventually(async () => ((await waitersFor(ingestion)) > 0 ? true : undefined));
  await hold(calls.id);
  await ingestion.query('commit');
  await ingestion.end();

  expect((await making).status).toBe(201);
  const customer = customerId ?? (await making).body.id;
  const { items } = await shop.show(`/v1/customer-meters/?customer_id=${customer}&meter_id=${told.id}`);
  expect(items).toMatchObject([{ consumed_units: 1 }]);
});

interface Making {
  /** Whose event it is, where they are there already. */
  readonly customerId: string | null;
  readonly path: string;
  readonly body: object;
}

async function ofCustomer(_: Shop, externalId: string): Promise<Making> {
  const body = { email: `${externalId}@example.com`, external_id: externalId };
  return { customerId: null, path: '/v1/customers/', body };
}

async function ofCheckout(shop: Shop, externalId: string): Promise<Making> {
  const product = await shop.make('/v1/products/', { name: 'Fern', prices: [fixed(500)] });
  const { body, path } = await ofCustomer(shop, externalId);
  const { id } = await shop.make(path, body);
  return { customerId: id, path: '/v1/checkouts/', body: { products: [product.id], customer_id: id } };
}

/** How many wait for what this connection holds. */
async function waitersFor(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ waiters: string }>(
    `select count(*) as waiters from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))`,
  );
  return Number(rows[0]?.waiters);
}
