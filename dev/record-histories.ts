/**
 * `node dev/record-histories.ts`: lives whole lives on a system of its own and keeps their histories in test/histories/,
 * where the tests replay them. Run it after a change that is meant to change histories, and say why in the commit; or, for
 * a new one, `node dev/record-histories.ts NAME`, which keeps those alone whose name begins so.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { EVENT_STORE } from '../worker/event-store.ts';
import { type Call, callerOf, cardToken, newMerchant } from './api-client.ts';
import { startClickHouse } from './services/clickhouse.ts';
import { startSystem } from './system.ts';

const folder = new URL('../test/histories/', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'perennial-histories-'));
const clickhouse = await startClickHouse({ directory: home });
const url = { CLICKHOUSE_URL: `${clickhouse.url}/default` };
const system = await startSystem({ home, environment: { worker: url, api: url } });
const connection = await Connection.connect({ address: system.temporalAddress });
const client = new Client({ connection });
mkdirSync(folder, { recursive: true });

const START = '2027-01-31T00:00:00Z';

async function lives(call: Call, card: string, until: string, terms: Record<string, unknown> = {}) {
  const product = await call('POST', '/v1/products/', {
    name: 'Fern Pro',
    recurring_interval: 'month',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
    ...terms,
  });
  const benefit = await call('POST', '/v1/benefits/', { type: 'license_keys', description: 'A key', properties: {} });
  await call('POST', `/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const clock = await call('POST', '/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const customer = await call('POST', '/v1/customers/', {
    email: `${card}-${clock.id}@example.com`,
    test_clock_id: clock.id,
  });
  const checkout = await call('POST', '/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await callerOf(system.api, null)('POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await cardToken(system.stripeApi, card),
  });
  const { subscription_id: subscription } = await call('GET', `/v1/checkouts/${checkout.id}`);
  const advance = async (to: string) => {
    await call('POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
    while ((await call('GET', `/v1/test-clocks/${clock.id}`)).status !== 'ready') {
      await new Promise((passed) => setTimeout(passed, 100));
    }
  };
  await advance(until);
  return {
    checkout: checkout.id as string,
    clock: clock.id as string,
    subscription: subscription as string,
    customer,
    advance,
  };
}

/** Paid by the year, its usage by the month; every second month there is some beyond what is included. */
async function livesByTheYear(call: Call): Promise<void> {
  const meter = await call('POST', '/v1/meters/', {
    ...{ name: 'Tokens', aggregation: { func: 'sum', property: 'tokens' } },
    filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] },
  });
  const yearly = await lives(call, 'pm_card_visa', '2027-02-01T00:00:00Z', {
    ...{ name: 'Fern AI', recurring_interval: 'year', meter_interval: 'month' },
    prices: [
      { amount_type: 'fixed', price_amount: 6000, price_currency: 'usd' },
      { amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter.id, unit_amount: '0.02' },
    ],
  });
  for (let month = 2; month <= 14; month += 2) {
    const events = [{ name: 'call', customer_id: yearly.customer.id, metadata: { tokens: 50_000 } }];
    await call('POST', '/v1/events/ingest', { events });
    await yearly.advance(new Date(Date.UTC(2027, month + 1, 0)).toISOString());
  }
  let run = 0;
  for await (const { runId } of client.workflow.list({
    query: `WorkflowId = "subscription/${yearly.subscription}"`,
  })) {
    run += 1;
    await keep(`subscription-meter-cycles-${run}`, `subscription/${yearly.subscription}`, runId);
  }
}

/** Runs out of credits with one event, and has a threshold set afterwards. */
async function runsOut(call: Call): Promise<void> {
  const meter = await call('POST', '/v1/meters/', {
    ...{ name: 'Calls', aggregation: { func: 'count' }, thresholds: [100] },
    filter: { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'credited call' }] },
  });
  const properties = { units: 1, rollover: false, meter_id: meter.id };
  const benefit = await call('POST', '/v1/benefits/', { type: 'meter_credit', description: 'A call', properties });
  const prices = [{ amount_type: 'free', price_currency: 'usd' }];
  const product = await call('POST', '/v1/products/', { name: 'Fern Try', recurring_interval: 'month', prices });
  await call('POST', `/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const customer = await call('POST', '/v1/customers/', { email: 'credited@example.com' });
  await call('POST', '/v1/subscriptions/', { product_id: product.id, customer_id: customer.id });
  const moments = () => new Promise((passed) => setTimeout(passed, 3000));
  await moments();
  await call('POST', '/v1/events/ingest', { events: [{ name: 'credited call', customer_id: customer.id }] });
  await moments();
  await keep('levels-of-customer', `levels/${customer.id}`);
  await call('PATCH', `/v1/meters/${meter.id}`, { thresholds: [200] });
  await moments();
  await keep('levels-of-meter', `meter-levels/${meter.id}`);
}

/** A change that the bank refuses, one that it approves, and one that a cancellation calls off; and it goes on until it ends. */
async function changesAtTheBank(): Promise<void> {
  const { id, call } = await newMerchant(system.api, system.operatorToken, 'At the bank');
  const { subscription_settings: settings } = await call('GET', `/v1/organizations/${id}`);
  await call('PATCH', `/v1/organizations/${id}`, {
    subscription_settings: { ...settings, proration_behavior: 'invoice' },
    customer_portal_settings: {
      usage: { show: true },
      subscription: { update_plan: true, update_seats: true, pause: true },
    },
  });
  const monthly = (name: string, amount: number) =>
    call('POST', '/v1/products/', {
      ...{ name, recurring_interval: 'month' },
      prices: [{ amount_type: 'fixed', price_amount: amount, price_currency: 'usd' }],
    });
  const [lite, pro, max] = [
    await monthly('Fern Lite', 500),
    await monthly('Fern Pro', 2000),
    await monthly('Fern Max', 5000),
  ];
  const clock = await call('POST', '/v1/test-clocks/', { name: 'A life', frozen_time: START });
  const customer = await call('POST', '/v1/customers/', { email: 'bank@example.com', test_clock_id: clock.id });
  const { client_secret: bought } = await call('POST', '/v1/checkouts/', {
    ...{ products: [lite.id], customer_id: customer.id },
  });
  const buying = `/v1/checkouts/client/${bought}`;
  const { payment_processor_metadata: said } = await callerOf(system.api, null)('POST', `${buying}/confirm`, {
    confirmation_token_id: await cardToken(system.stripeApi, 'pm_card_authenticationRequiredOnSetup'),
  });
  await bankAnswers(said.intent_client_secret, 'approve');
  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((passed) => setTimeout(passed, 100));
    }
  };
  const { id: subscription } = await until(
    async () => (await call('GET', `/v1/subscriptions/?customer_id=${customer.id}`)).items[0],
  );
  const { token } = await call('POST', '/v1/customer-sessions/', { customer_id: customer.id });
  const mine = `/v1/customer-portal/subscriptions/${subscription}`;
  const asks = async (product: { id: string }): Promise<string> => {
    const response = await fetch(system.api + mine, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ product_id: product.id }),
    });
    const { client_secret } = (await response.json()) as { client_secret?: string };
    if (client_secret === undefined) throw new Error('The bank was not asked.');
    return client_secret;
  };
  const answered = async (secret: string, answer: 'approve' | 'refuse') => {
    await bankAnswers(secret, answer);
    const intent = { payment_intent_id: secret.slice(0, secret.indexOf('_secret')) };
    await callerOf(system.api, String(token))('POST', `${mine}/confirm-change`, intent);
  };
  const advance = async (to: string) => {
    await call('POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
    await until(async () => (await call('GET', `/v1/test-clocks/${clock.id}`)).status === 'ready' || undefined);
  };
  await advance('2027-02-10T00:00:00Z');
  await answered(await asks(pro), 'refuse');
  await answered(await asks(pro), 'approve');
  await advance('2027-03-10T00:00:00Z');
  await asks(max);
  await advance('2027-03-10T02:00:00Z');
  await asks(max);
  await call('PATCH', `/v1/subscriptions/${subscription}`, { cancel_at_period_end: true });
  await advance('2027-04-10T00:00:00Z');
  await keep('subscription-changed-at-the-bank', `subscription/${subscription}`);
}

/** What the cardholder says on the bank's page. */
async function bankAnswers(secret: string, answer: 'approve' | 'refuse'): Promise<void> {
  const intent = secret.slice(0, secret.indexOf('_secret'));
  await fetch(`${system.stripeApi}/3ds/${intent}?client_secret=${encodeURIComponent(secret)}`, {
    ...{ method: 'POST', redirect: 'manual' },
    body: new URLSearchParams({ answer }),
  });
}

async function keep(name: string, workflowId: string, runId?: string): Promise<void> {
  if (!name.startsWith(process.argv[2] ?? '')) return;
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  writeFileSync(join(folder, `${name}.json`), historyToJSON(history));
  process.stdout.write(`${name}: ${history.events?.length} events\n`);
}

try {
  const { call } = await newMerchant(system.api, system.operatorToken, 'Histories');
  const steady = await lives(call, 'pm_card_visa', '2027-10-15T00:00:00Z');
  await keep('checkout-paid', `checkout/${steady.checkout}`);
  await keep('test-clock', `test-clock/${steady.clock}`);
  const runs = client.workflow.list({ query: `WorkflowId = "subscription/${steady.subscription}"` });
  let run = 0;
  for await (const { runId } of runs) {
    run += 1;
    await keep(`subscription-renewals-${run}`, `subscription/${steady.subscription}`, runId);
  }
  await livesByTheYear(call);
  await changesAtTheBank();
  await runsOut(call);
  const failing = await lives(call, 'pm_card_chargeCustomerFail', '2027-04-15T00:00:00Z');
  await keep('subscription-dunning-to-the-end', `subscription/${failing.subscription}`);
  const trial = await lives(call, 'pm_card_visa', '2027-02-05T00:00:00Z', {
    trial_interval: 'day',
    trial_interval_count: 14,
  });
  await keep('checkout-trial', `checkout/${trial.checkout}`);
  await call('PATCH', `/v1/subscriptions/${trial.subscription}`, { cancel_at_period_end: true });
  await call('PATCH', `/v1/subscriptions/${trial.subscription}`, { cancel_at_period_end: false });
  await call('PATCH', `/v1/subscriptions/${trial.subscription}`, { trial_end: '2027-03-10T00:00:00Z' });
  await trial.advance('2027-03-20T00:00:00Z');
  await call('DELETE', `/v1/subscriptions/${trial.subscription}`);
  await keep('subscription-trial-moved-and-revoked', `subscription/${trial.subscription}`);
  const paused = await lives(call, 'pm_card_visa', '2027-02-05T00:00:00Z');
  const until = { pause_at_period_end: true, resumes_at: '2027-03-20T00:00:00Z' };
  await call('PATCH', `/v1/subscriptions/${paused.subscription}`, until);
  await paused.advance('2027-05-01T00:00:00Z');
  await keep('subscription-paused-and-resumed', `subscription/${paused.subscription}`);
  const changed = await lives(call, 'pm_card_visa', '2027-02-05T00:00:00Z');
  const dearer = await call('POST', '/v1/products/', {
    name: 'Fern Max',
    recurring_interval: 'month',
    prices: [{ amount_type: 'fixed', price_amount: 5000, price_currency: 'usd' }],
  });
  const path = `/v1/subscriptions/${changed.subscription}`;
  const { product_id: cheaper } = await call('GET', path);
  await call('PATCH', path, { product_id: dearer.id, proration_behavior: 'invoice' });
  await changed.advance('2027-02-20T00:00:00Z');
  await call('PATCH', path, { product_id: cheaper, proration_behavior: 'prorate' });
  await changed.advance('2027-04-05T00:00:00Z');
  await call('PATCH', path, { product_id: dearer.id, proration_behavior: 'next_period' });
  await changed.advance('2027-06-05T00:00:00Z');
  await keep('subscription-changed', `subscription/${changed.subscription}`);
  const once = await call('POST', '/v1/products/', {
    name: 'Fern Tokens',
    prices: [{ amount_type: 'fixed', price_amount: 900, price_currency: 'usd' }],
  });
  const draft = await call('POST', '/v1/orders/', { customer_id: changed.customer.id, product_id: once.id });
  await call('POST', `/v1/orders/${draft.id}/finalize`, {});
  await keep('order-finalized', `order/${draft.id}`);
  await call('PATCH', `/v1/orders/${draft.id}`, {
    billing_name: 'Ada Example',
    billing_address: { country: 'FR', line1: '1 rue Example', city: 'Paris', postal_code: '75001' },
  });
  await call('POST', `/v1/orders/${draft.id}/invoice`);
  await new Promise((passed) => setTimeout(passed, 3000));
  await keep('document', `document/${draft.id}/invoice`);
  const free = await call('POST', '/v1/products/', {
    ...{ name: 'Fern Free', recurring_interval: 'month' },
    prices: [{ amount_type: 'free', price_currency: 'usd' }],
  });
  const upgrading = await call('POST', '/v1/customers/', { email: 'upgrading@example.com' });
  const { id: upgraded } = await call('POST', '/v1/subscriptions/', {
    ...{ product_id: free.id, customer_id: upgrading.id },
  });
  const upgrade = await call('POST', '/v1/checkouts/', { products: [dearer.id], subscription_id: upgraded });
  await callerOf(system.api, null)('POST', `/v1/checkouts/client/${upgrade.client_secret}/confirm`, {
    confirmation_token_id: await cardToken(system.stripeApi, 'pm_card_visa'),
  });
  await call('DELETE', `/v1/subscriptions/${upgraded}`);
  await keep('checkout-upgraded', `checkout/${upgrade.id}`);
  await keep('subscription-upgraded', `subscription/${upgraded}`);
  const owing = await lives(call, 'pm_card_chargeCustomerFail', '2027-03-01T00:00:00Z');
  await call('DELETE', `/v1/subscriptions/${owing.subscription}`);
  const orders = await call('GET', `/v1/orders/?customer_id=${owing.customer.id}`);
  const owed = orders.items.find(({ status }: { status: string }) => status === 'pending');
  const { token } = await call('POST', '/v1/customer-sessions/', { customer_id: owing.customer.id });
  await callerOf(system.api, String(token))('POST', `/v1/customer-portal/orders/${owed.id}/confirm-payment`, {});
  await keep('order-owed', `order/${owed.id}`);
  for await (const { workflowId } of client.workflow.list({ query: 'WorkflowType = "grant"' })) {
    await keep('grant', workflowId);
    break;
  }
  // It lasts ten minutes.
  if ('event-store'.startsWith(process.argv[2] ?? '')) await client.workflow.getHandle(EVENT_STORE).result();
  await keep('event-store', EVENT_STORE);
} finally {
  await connection.close();
  await system.stop();
  await clickhouse.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exit();
