/** Checkouts whose time is over, where the worker that sees to them is stuck, and then lost. */
import pg from 'pg';
import { Checkout } from '../../db/entities/checkout.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running?.close());

const OVERDUE_LOCK = 4_815_162_345;

it('are ended by another one', async () => {
  const { token } = await running.aMerchant();
  const prices = [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }];
  const book = await running.made(token, 'POST', '/v1/products/', { name: 'Fern Book', prices });
  const stuck = new pg.Client({ connectionString: running.services.environment.DATABASE_URL });
  stuck.on('error', () => {});
  await stuck.connect();
  await stuck.query('begin');
  await stuck.query(`select pg_advisory_xact_lock(${OVERDUE_LOCK})`);
  const { rows } = await stuck.query<{ pid: number }>('select pg_backend_pid() as pid');
  const checkout = await running.made(token, 'POST', '/v1/checkouts/', { products: [book.id] });
  const em = running.orm.em.fork();
  await em.nativeUpdate(Checkout, checkout.id, { expiresAt: new Date(Date.now() - 1_000) });
  await em.execute('select pg_terminate_backend(?::int)', [rows[0]?.pid]);
  await eventually(async () => {
    const row = await running.orm.em.fork().findOneOrFail(Checkout, { id: checkout.id });
    return row.status === 'expired' ? true : undefined;
  });
});
