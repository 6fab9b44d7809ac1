/** The comparison with the processor, on an account with more payments than the organization's own. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../activities/dependencies.ts';
import { compareWithProcessor } from '../../activities/invariants/processor.ts';
import type { OrganizationId, PaymentId } from '../../billing/ids.ts';
import { stripeClient } from '../../config/stripe-client.ts';
import { Payment } from '../../db/entities/payment.ts';
import { startStripeSandbox } from '../../dev/sandbox/stripe/server.ts';
import { type FreshDatabase, freshDatabase } from '../api/fresh-database.ts';
import { aShop, type Shop } from './shop.ts';

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
  return comparedOf((await aShop(database.orm, createdAt)).organizationId);
}

async function comparedOf(organizationId: OrganizationId) {
  const heartbeats: unknown[] = [];
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', (seen) => heartbeats.push(seen));
  const deps = { orm: database.orm, stripe } as Dependencies;
  const found: Awaited<ReturnType<typeof compareWithProcessor>> = await environment.run(
    compareWithProcessor,
    deps,
    organizationId,
    20,
  );
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

/** $20.00 that the shop knows of, by this card. */
async function aPayment({ organizationId, customerId }: Shop, card: string): Promise<string> {
  const id = randomUUID() as PaymentId;
  const intent = await stripe.paymentIntents.create({
    ...{ amount: 2000, currency: 'usd', payment_method: card, confirm: true, return_url: 'https://shop.example/back' },
    metadata: { payment_id: id, organization_id: organizationId },
  });
  const em = database.orm.em.fork();
  em.create(Payment, {
    ...{ id, createdAt: new Date(), organization: organizationId, customer: customerId, attempt: 1 },
    ...{ trigger: 'purchase', status: 'succeeded', amount: 2000, currency: 'usd', processorId: intent.id },
  });
  await em.flush();
  return intent.id;
}

it('names what was refunded or disputed at the processor, until a dispute is won', async () => {
  const shop = await aShop(database.orm);
  await aPayment(shop, 'pm_card_visa');
  const refunded = await aPayment(shop, 'pm_card_visa');
  const disputed = await aPayment(shop, 'pm_card_createDispute');
  const won = await aPayment(shop, 'pm_card_createDispute');
  await stripe.refunds.create({ payment_intent: refunded, amount: 500 });
  const [dispute] = (await stripe.disputes.list({ payment_intent: won })).data;
  await stripe.disputes.update(String(dispute?.id), { evidence: { uncategorized_text: 'winning_evidence' } });

  const { found } = await comparedOf(shop.organizationId);
  const rule = 'what was paid was neither refunded nor disputed at the processor';
  expect(found).toMatchObject({ compared: 4, rules: 3 });
  expect(found.disagreements).toHaveLength(2);
  expect(found.disagreements).toEqual(
    expect.arrayContaining([
      { rule, subject: refunded, detail: expect.stringMatching(/^500 of 2000 usd refunded/) },
      { rule, subject: disputed, detail: expect.stringMatching(/^2000 of 2000 usd disputed \(needs_response\)/) },
    ]),
  );
});
