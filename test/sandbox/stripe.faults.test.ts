/** The sandbox Stripe in trouble: repeated requests, ordered faults, webhooks that go astray, a killed process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type Stripe from 'stripe';
import {
  aCustomer,
  aCustomerWith,
  clientOf,
  eventually,
  refusal,
  renewal,
  type Sandboxed,
  startSandboxed,
} from './sandboxed.ts';

let sandboxed: Sandboxed;
let stripe: Stripe;

beforeAll(async () => {
  sandboxed = await startSandboxed();
  stripe = sandboxed.stripe;
});

afterAll(() => sandboxed.close());

afterEach(() => sandboxed.calm());

describe('idempotency keys', () => {
  it('replay the first answer, a decline too, and refuse another request', async () => {
    const params = { ...(await aCustomerWith(stripe, 'pm_card_visa')) };
    const first = await renewal(stripe, params, { idempotencyKey: 'renewal-1' });
    const second = await renewal(stripe, params, { idempotencyKey: 'renewal-1' });
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    const other = stripe.customers.create({}, { idempotencyKey: 'renewal-1' });
    expect(await refusal(other)).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });

    await sandboxed.order(`payment_methods/${params.payment_method}`, { outcome: 'insufficient_funds' });
    const declined = await refusal(renewal(stripe, params, { idempotencyKey: 'renewal-2' }));
    await sandboxed.order(`payment_methods/${params.payment_method}`, { outcome: 'succeed' });
    const again = await refusal(renewal(stripe, params, { idempotencyKey: 'renewal-2' }));
    expect(again.payment_intent?.id).toBe(declined.payment_intent?.id);
  });

  it('answer 409 while the first request is under way', async () => {
    await sandboxed.order('faults', { kind: 'delay', ms: 300, times: 1, match: { path: '/v1/customers' } });
    const both = ['a', 'b'].map(() => stripe.customers.create({}, { idempotencyKey: 'together' }));
    const [first, second] = await Promise.allSettled(both);
    expect([first?.status, second?.status].sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('find the charge whose answer never came', async () => {
    const saved = await aCustomerWith(stripe, 'pm_card_visa');
    await sandboxed.order('faults', {
      kind: 'timeout_after',
      ms: 60_000,
      times: 1,
      match: { method: 'POST', path: '/payment_intents$/' },
    });
    expect(await refusal(renewal(stripe, saved, { idempotencyKey: 'lost', timeout: 300 }))).toMatchObject({
      type: 'StripeConnectionError',
    });
    const found = await renewal(stripe, saved, { idempotencyKey: 'lost' });
    expect(found).toMatchObject({ status: 'succeeded' });
    expect((await stripe.paymentIntents.list({ customer: saved.customer })).data).toHaveLength(2);
  });

  it('refuse what was held back on its way, once they stand for something else', async () => {
    const saved = await aCustomerWith(stripe, 'pm_card_visa');
    const match = { method: 'POST', path: '/payment_intents$/' };
    await sandboxed.order('faults', { kind: 'hold', times: 1, match });
    const held = renewal(stripe, saved, { idempotencyKey: 'held' });
    await eventually(async () => (await sandboxed.index()).held === 1);
    await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' }, { idempotencyKey: 'held' });
    await sandboxed.order('let_go', {});
    expect(await refusal(held)).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
    expect((await stripe.paymentIntents.list({ customer: saved.customer })).data).toHaveLength(1);
  });

  it('keep an error only when told so', async () => {
    await sandboxed.order('faults', { kind: 'error', status: 503, times: 1 });
    const create = (idempotencyKey: string) => stripe.customers.create({}, { idempotencyKey });
    expect(await refusal(create('unsaved'))).toMatchObject({ statusCode: 503 });
    expect((await create('unsaved')).object).toBe('customer');
    await sandboxed.order('faults', { kind: 'error', saved: true, times: 1 });
    expect(await refusal(create('saved'))).toMatchObject({ statusCode: 500 });
    expect(await refusal(create('saved'))).toMatchObject({ statusCode: 500 });
  });
});

describe('webhooks', () => {
  it('come twice or not at all when told so', async () => {
    await sandboxed.order('webhooks', { mode: 'silent' });
    const unheard = await aCustomer(stripe);
    await sandboxed.order('webhooks', { mode: 'shuffled' });
    const heard = await aCustomer(stripe);
    await eventually(() => sandboxed.receiver.typesAbout(heard.id).length === 2);
    expect(sandboxed.receiver.typesAbout(unheard.id)).toEqual([]);
    expect((await stripe.events.list({ type: 'customer.created', limit: 2 })).data).toHaveLength(2);
  });

  it('are tried again until they are taken, by endpoints made through the API too', async () => {
    sandboxed.receiver.answers = 500;
    const customer = await aCustomer(stripe);
    await stripe.customers.update(customer.id, { name: 'Ada Lovelace Example' });
    sandboxed.receiver.answers = 200;
    await eventually(() => sandboxed.receiver.typesAbout(customer.id).length === 2);
    const update = sandboxed.receiver.received.find(
      (event) => event.type === 'customer.updated' && event.data.object.id === customer.id,
    );
    expect(update?.data.previous_attributes).toMatchObject({ name: 'Ada Example' });

    const endpoint = await stripe.webhookEndpoints.create({
      url: sandboxed.receiver.settings.webhookUrl,
      enabled_events: ['refund.created'],
    });
    expect(endpoint.secret).toMatch(/^whsec_/);
    expect((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined();
    await stripe.webhookEndpoints.del(endpoint.id);
  });
});

describe('the process', () => {
  const start = async (): Promise<{ child: ChildProcess; url: string }> => {
    const settings = {
      SANDBOX_PORT: '0',
      SANDBOX_STATE: join(sandboxed.folder, 'killed.db'),
      SANDBOX_WEBHOOK_URL: sandboxed.receiver.settings.webhookUrl,
    };
    const env = { ...process.env, ...settings, SANDBOX_WEBHOOK_SECRET: sandboxed.receiver.settings.webhookSecret };
    const child = spawn(process.execPath, ['dev/sandbox/stripe/main.ts'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(child.stdout), 'line');
    return { child, url: String(line).split(' ').at(-1) ?? '' };
  };

  it('forgets nothing when it is killed, and delivers what was under way', async () => {
    sandboxed.receiver.answers = 500;
    const first = await start();
    const create = (url: string) => clientOf(url).customers.create({ name: 'Kept' }, { idempotencyKey: 'kept' });
    const kept = await create(first.url);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    sandboxed.receiver.answers = 200;

    const second = await start();
    expect((await create(second.url)).id).toBe(kept.id);
    await eventually(() => sandboxed.receiver.typesAbout(kept.id).includes('customer.created'));
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });
});
