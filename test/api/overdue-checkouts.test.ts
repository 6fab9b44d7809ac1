/** Checkouts whose time is over, where the worker that sees to them is lost, or has others before them that stay. */
import pg from 'pg';
import type { CheckoutId } from '../../billing/ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running?.close());

const OVERDUE_LOCK = 4_815_162_345;
/** As many as are looked at together. */
const MOST = 500;

async function aCheckout(): Promise<{ id: CheckoutId }> {
  const { token } = await running.aMerchant();
  const prices = [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }];
  const book = await running.made(token, 'POST', '/v1/products/', { name: 'Fern Book', prices });
  return running.made(token, 'POST', '/v1/checkouts/', { products: [book.id] });
}

async function passesBy({ id }: { id: CheckoutId }): Promise<void> {
  await running.orm.em.fork().nativeUpdate(Checkout, id, { expiresAt: new Date(Date.now() - 1_000) });
}

const isEnded = ({ id }: { id: CheckoutId }) =>
  eventually(async () => {
    const { status } = await running.orm.em.fork().findOneOrFail(Checkout, id);
    return status === 'expired' ? true : undefined;
  });

it('are ended by another one', async () => {
  const stuck = new pg.Client({ connectionString: running.services.environment.DATABASE_URL });
  stuck.on('error', () => {});
  await stuck.connect();
  await stuck.query('begin');
  await stuck.query(`select pg_advisory_xact_lock(${OVERDUE_LOCK})`);
  const { rows } = await stuck.query<{ pid: number }>('select pg_backend_pid() as pid');
  const checkout = await aCheckout();
  await passesBy(checkout);
  await running.orm.em.fork().execute('select pg_terminate_backend(?::int)', [rows[0]?.pid]);
  await isEnded(checkout);
});

it('are ended behind ever so many that stay open, whose processes are over', async () => {
  const em = running.orm.em.fork();
  const first = await aCheckout();
  await em.execute(
    `insert into checkouts select r.* from checkouts k, generate_series(1, ?) n, jsonb_populate_record(k,
       jsonb_build_object('id', gen_random_uuid(), 'client_secret', k.client_secret || n,
         'expires_at', now() - interval '1 hour')) r
     where k.id = ?`,
    [MOST, first.id],
  );
  const others = { product: (await em.findOneOrFail(Checkout, first.id)).product.id, id: { $ne: first.id } };
  for (let ended = 0; ended < MOST; ) {
    ended = await eventually(async () => {
      const more = await em.count(Checkout, { ...others, status: 'expired' });
      return more > ended ? more : undefined;
    });
  }
  // As a database that was restored has it.
  await em.nativeUpdate(Checkout, others, { status: 'open' });
  await passesBy(first);
  await isEnded(first);
  expect(await em.count(Checkout, { ...others, status: 'open' })).toBe(MOST);
}, 300_000);
