/** A customer is made known to the processor, where the answer to that is lost, or two do it at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureStripeCustomer } from '../../activities/stripe/customers.ts';
import { stripeClient } from '../../config/stripe-client.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { startStripeSandbox } from '../../dev/sandbox/stripe/server.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aShop } from './shop.ts';

let folder: string;
let database: FreshDatabase;
let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
let stripe: ReturnType<typeof stripeClient>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-customers-'));
  database = await freshDatabase();
  sandbox = await startStripeSandbox({ port: 0, host: '127.0.0.1', statePath: join(folder, 'stripe.db') });
  stripe = stripeClient({ STRIPE_SECRET_KEY: 'sk_test_example', STRIPE_API_URL: sandbox.url });
});
afterAll(async () => {
  await sandbox.close();
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function aCustomer() {
  const { customerId } = await aShop(database.orm);
  const read = async () => (await database.orm.em.fork().findOneOrFail(Customer, customerId)) as CustomerRow;
  return {
    read,
    change: (to: { name?: string; stripeCustomerId?: null }) =>
      database.orm.em.fork().nativeUpdate(Customer, customerId, to),
    /** As a step does that has read the row at some time before. */
    isMade: (row: CustomerRow) => ensureStripeCustomer(database.orm.em.fork(), stripe, row),
  };
}

it('is the same one where its answer was lost', async () => {
  const customer = await aCustomer();
  const made = await customer.isMade(await customer.read());
  await customer.change({ stripeCustomerId: null });
  expect(await customer.isMade(await customer.read())).toBe(made);
});

it('is made anew where its answer was lost, and it has another name by then', async () => {
  const customer = await aCustomer();
  const lost = await customer.isMade(await customer.read());
  await customer.change({ stripeCustomerId: null, name: 'Ada Example' });
  const made = await customer.isMade(await customer.read());
  expect(made).not.toBe(lost);
  expect((await customer.read()).stripeCustomerId).toBe(made);
});

it('stays the first one where another is made a moment later', async () => {
  const customer = await aCustomer();
  const before = await customer.read();
  await customer.change({ name: 'Ada Example' });
  const made = await customer.isMade(await customer.read());
  expect(await customer.isMade(before)).toBe(made);
  expect((await customer.read()).stripeCustomerId).toBe(made);
});
