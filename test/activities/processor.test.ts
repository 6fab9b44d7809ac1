/** The comparison with the processor, on an account with more payments than the organization's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../activities/dependencies.ts';
import { compareWithProcessor } from '../../activities/invariants/processor.ts';
import { stripeClient } from '../../config/stripe-client.ts';
import { startStripeSandbox } from '../../dev/sandbox/stripe/server.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aShop } from './shop.ts';

const DAY = 86_400_000;
let folder: string;
let database: FreshDatabase;
let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
let stripe: ReturnType<typeof stripeClient>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'perennial-invariants-'));
  database = await freshDatabase();
  sandbox = await startStripeSandbox({ port: 0, host: '127.0.0.1', statePath: join(folder, 'stripe.db') });
  stripe = stripeClient({ STRIPE_SECRET_KEY: 'sk_test_example', STRIPE_API_URL: sandbox.url });
});
afterAll(async () => {
  await sandbox.close();
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function compared(createdAt: Date) {
  const { organizationId } = await aShop(database.orm, createdAt);
  const heartbeats: unknown[] = [];
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', (seen) => heartbeats.push(seen));
  const deps = { orm: database.orm, stripe } as Dependencies;
  const found = await environment.run(compareWithProcessor, deps, organizationId, 20);
  return { found, heartbeats };
}

it('shows that it lives with every page, of others’ payments too', async () => {
  for (let made = 0; made < 201; made += 1) await stripe.paymentIntents.create({ amount: 500, currency: 'usd' });
  const ofToday = await compared(new Date());
  expect(ofToday).toMatchObject({ found: { compared: 0, disagreements: [] }, heartbeats: [100, 200] });
});

it('leaves out what was there long before the organization', async () => {
  expect(await compared(new Date(Date.now() + 2 * DAY))).toMatchObject({ heartbeats: [] });
});
