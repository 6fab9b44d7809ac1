/** Checkouts that are paid twice, too late, by somebody else, or while everything changes around them. */
import { randomUUID } from 'node:crypto';
import { checkoutWorkflowId } from '../../billing/workflow-ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Email } from '../../db/entities/email.ts';
import { eventually } from './everything.ts';
import { atTheBank, pay, takenFor } from './paying.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running.close());

const anEmail = () => `ada-${randomUUID()}@example.com`;
const CARD = 'pm_card_visa';
const ASKS = 'pm_card_authenticationRequired';

async function aProduct(terms: Record<string, unknown> = {}) {
  return running.made(token, 'POST', '/v1/products/', {
    name: 'Fern Pro',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
    ...terms,
  });
}

const opened = async (terms: Record<string, unknown>) => running.made(token, 'POST', '/v1/checkouts/', terms);

const read = (id: string) => running.made(token, 'GET', `/v1/checkouts/${id}`);
const ordersOf = async (customer: string) =>
  (await running.made(token, 'GET', `/v1/orders/?customer_id=${customer}`)).items;

describe('a checkout that is over', () => {
  it('is not paid again, with a card or without', async () => {
    const product = await aProduct();
    const checkout = await opened({ products: [product.id], customer_email: anEmail() });
    expect((await pay(running, checkout, CARD)).status).toBe(200);
    expect(await pay(running, checkout, CARD)).toMatchObject({ status: 403, body: { error: 'NotOpenCheckout' } });
    expect(await pay(running, checkout, null)).toMatchObject({ status: 403, body: { error: 'NotOpenCheckout' } });
    const { customer_id } = await read(checkout.id);
    expect(await ordersOf(customer_id)).toHaveLength(1);
    const payments = await running.made(token, 'GET', `/v1/payments/?customer_id=${customer_id}`);
    expect(payments.items).toHaveLength(1);
  });

  it('is not paid once its time has passed', async () => {
    const product = await aProduct();
    const checkout = await opened({ products: [product.id], customer_email: anEmail() });
    // Nobody has pressed Pay: it has no process yet, and gets one to end it.
    await running.orm.em.fork().nativeUpdate(Checkout, checkout.id, { expiresAt: new Date(Date.now() - 1000) });
    await eventually(async () => ((await read(checkout.id)).status === 'expired' ? true : undefined));
    expect(await pay(running, checkout, CARD)).toMatchObject({ status: 410, body: { error: 'ExpiredCheckoutError' } });
    expect((await read(checkout.id)).status).toBe('expired');
    const edited = await running.call(token, 'PATCH', `/v1/checkouts/${checkout.id}`, { metadata: { a: 'b' } });
    expect(edited).toMatchObject({ status: 403, body: { error: 'NotOpenCheckout' } });
  });
});

describe('a checkout that nobody pays', () => {
  it('is over when its customer’s clock says so', async () => {
    const product = await aProduct();
    const clock = await running.made(token, 'POST', '/v1/test-clocks/', {
      ...{ name: 'A day later', frozen_time: '2031-03-01T00:00:00Z' },
    });
    const { id: customer_id } = await running.made(token, 'POST', '/v1/customers/', {
      ...{ email: anEmail(), test_clock_id: clock.id },
    });
    const checkout = await opened({ products: [product.id], customer_id });
    const advance = (frozen_time: string) =>
      running.made(token, 'POST', `/v1/test-clocks/${clock.id}/advance`, { frozen_time });
    const rested = async () =>
      (await running.made(token, 'GET', `/v1/test-clocks/${clock.id}`)).status === 'ready' ? true : undefined;
    await advance('2031-03-01T23:00:00Z');
    await eventually(rested);
    expect((await read(checkout.id)).status).toBe('open');
    await advance('2031-03-02T01:00:00Z');
    await eventually(rested);
    expect(await read(checkout.id)).toMatchObject({ status: 'expired', modified_at: '2031-03-02T00:00:00.000Z' });
  });

  it('is over when its customer is deleted', async () => {
    const product = await aProduct();
    const { id: customer_id } = await running.made(token, 'POST', '/v1/customers/', { email: anEmail() });
    const checkout = await opened({ products: [product.id], customer_id });
    await running.made(token, 'DELETE', `/v1/customers/${customer_id}`);
    expect((await read(checkout.id)).status).toBe('expired');
  });
});

it('sells once though Pay is pressed five times at once', async () => {
  const product = await aProduct();
  const checkout = await opened({ products: [product.id], customer_email: anEmail() });
  const body = { confirmation_token_id: await running.aCard() };
  const path = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
  const replies = await Promise.all(Array.from({ length: 5 }, () => running.call(null, 'POST', path, body)));
  expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  expect(replies.every(({ status, body }) => status === 200 || body.error === 'NotOpenCheckout')).toBe(true);
  const { customer_id } = await read(checkout.id);
  expect(await ordersOf(customer_id)).toHaveLength(1);
});

it('goes on from where a lost process was: the buyer who was at their bank gets what they paid for', async () => {
  const product = await aProduct();
  const checkout = await opened({ products: [product.id], customer_email: anEmail() });
  const asked = await pay(running, checkout, ASKS);
  const { intent_client_secret } = asked.body.payment_processor_metadata;
  const workflowId = checkoutWorkflowId(checkout.id);
  await running.temporal.workflow.getHandle(workflowId).terminate('lost');
  await atTheBank(running, intent_client_secret, 'approve');
  // Whoever asks for it starts it again from its row.
  await pay(running, checkout, CARD);
  await eventually(async () => ((await read(checkout.id)).status === 'succeeded' ? true : undefined));
  const orders = await ordersOf((await read(checkout.id)).customer_id);
  expect(orders).toHaveLength(1);
  expect(await takenFor(running, checkout.id)).toHaveLength(1);
});

it('goes on though its process was lost between the charge and its answer, and charges once', async () => {
  const product = await aProduct({ recurring_interval: 'month' });
  const { id: discount_id } = await running.made(token, 'POST', '/v1/discounts/', {
    ...{ name: 'Half', type: 'percentage', basis_points: 5000, duration: 'once', max_redemptions: 1 },
  });
  const checkout = await opened({ products: [product.id], customer_email: anEmail(), discount_id });
  await running.sandbox('faults', {
    match: { method: 'POST', path: '/v1/payment_intents' },
    ...{ kind: 'timeout_after', ms: 4000, times: 1 },
  });
  const first = pay(running, checkout, CARD);
  await eventually(async () => ((await takenFor(running, checkout.id)).length > 0 ? true : undefined));
  await running.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id)).terminate('lost');
  await first;
  await pay(running, checkout, CARD);
  await eventually(async () => ((await read(checkout.id)).status === 'succeeded' ? true : undefined));
  expect(await takenFor(running, checkout.id)).toEqual([1000]);
  const [order] = await ordersOf((await read(checkout.id)).customer_id);
  expect(order).toMatchObject({ status: 'paid', total_amount: 1000, subscription: { status: 'active' } });
  expect((await running.made(token, 'GET', `/v1/discounts/${discount_id}`)).redemptions_count).toBe(1);
});

it('sells the trial that the buyer was shown, though the product changes while they are at their bank', async () => {
  const product = await aProduct({ recurring_interval: 'month' });
  const checkout = await opened({ products: [product.id], customer_email: anEmail() });
  const asked = await pay(running, checkout, ASKS);
  await running.made(token, 'PATCH', `/v1/products/${product.id}`, {
    trial_interval: 'month',
    trial_interval_count: 1,
  });
  await atTheBank(running, asked.body.payment_processor_metadata.intent_client_secret, 'approve');
  await eventually(async () => ((await read(checkout.id)).status === 'succeeded' ? true : undefined));
  const [order] = await ordersOf((await read(checkout.id)).customer_id);
  expect(order).toMatchObject({ status: 'paid', total_amount: 2000, subscription: { status: 'active' } });
});

describe('where one subscription a customer is allowed', () => {
  it('sells one of two that are paid at once', async () => {
    const product = await aProduct({ recurring_interval: 'month' });
    const { id } = await running.made(token, 'POST', '/v1/customers/', { email: anEmail() });
    const checkouts = await Promise.all([1, 2].map(() => opened({ products: [product.id], customer_id: id })));
    const replies = await Promise.all(checkouts.map((checkout) => pay(running, checkout, CARD)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(await ordersOf(id)).toHaveLength(1);
  });

  it('lets a checkout that was left at the bank go when another is paid', async () => {
    const product = await aProduct({ recurring_interval: 'month' });
    const { id } = await running.made(token, 'POST', '/v1/customers/', { email: anEmail() });
    const left = await opened({ products: [product.id], customer_id: id });
    await pay(running, left, ASKS);
    const paid = await opened({ products: [product.id], customer_id: id });
    expect((await pay(running, paid, CARD)).status).toBe(200);
    expect((await read(left.id)).status).toBe('expired');
    expect(await ordersOf(id)).toHaveLength(1);
  });

  it('nor charges for one that was left at the bank long ago, whoever has typed the address how', async () => {
    const product = await aProduct({ recurring_interval: 'month' });
    const email = anEmail();
    const { id } = await running.made(token, 'POST', '/v1/customers/', { email });
    const left = await opened({ products: [product.id] });
    const asked = await pay(running, left, ASKS, { customer_email: email });
    const modifiedAt = new Date(Date.now() - 16 * 60_000);
    await running.orm.em.fork().nativeUpdate(Checkout, left.id, { modifiedAt });

    const paid = await opened({ products: [product.id] });
    expect((await pay(running, paid, CARD, { customer_email: email.toUpperCase() })).status).toBe(200);
    expect((await read(left.id)).status).toBe('expired');
    // Too late: the bank's page knows nothing of it any more.
    const { intent_client_secret: secret } = asked.body.payment_processor_metadata;
    await atTheBank(running, secret, 'approve').catch(() => undefined);
    await new Promise((passed) => setTimeout(passed, 2_000));
    expect([await takenFor(running, left.id), await ordersOf(id)]).toEqual([[], [expect.anything()]]);
  });
});

describe('the portal opens', () => {
  const sessionOf = async (terms: Record<string, unknown>, more: Record<string, unknown> = {}) => {
    const product = await aProduct();
    const { body } = await pay(running, await opened({ products: [product.id], ...terms }), CARD, more);
    return body.customer_session_token as string | null;
  };

  it('to a customer who is new', async () => {
    expect(await sessionOf({}, { customer_email: anEmail() })).toMatch(/^polar_cst_/);
  });

  it('to nobody who only typed a customer’s address', async () => {
    const email = anEmail();
    await running.made(token, 'POST', '/v1/customers/', { email });
    expect(await sessionOf({}, { customer_email: email.toUpperCase() })).toBeNull();
    const letters = await running.orm.em.fork().find(Email, { recipient: email });
    expect(letters.map(({ kind }) => kind)).toEqual(['order_confirmation']);
    expect(await sessionOf({ customer_email: anEmail() }, { customer_email: email })).toBeNull();
  });

  it('nor lets them say where the customer is taxed', async () => {
    const email = anEmail();
    const { id } = await running.made(token, 'POST', '/v1/customers/', { email });
    const typed = {
      customer_email: email,
      customer_name: 'Mallory Example',
      customer_billing_address: { country: 'FR' },
    };
    expect(await sessionOf({}, typed)).toBeNull();
    const customer = await running.made(token, 'GET', `/v1/customers/${id}`);
    expect(customer).toMatchObject({ name: null, billing_address: null, tax_id: null });
    const [order] = await ordersOf(id);
    expect(order).toMatchObject({ status: 'paid', billing_address: { country: 'FR' } });
  });

  it('to whom the merchant names, by id, by their own id or by address', async () => {
    const email = anEmail();
    const externalId = randomUUID();
    const { id } = await running.made(token, 'POST', '/v1/customers/', { email });
    expect(await sessionOf({ customer_id: id })).toMatch(/^polar_cst_/);
    expect(await sessionOf({ customer_email: email, external_customer_id: externalId })).toMatch(/^polar_cst_/);
    expect((await running.made(token, 'GET', `/v1/customers/external/${externalId}`)).id).toBe(id);
    expect(await sessionOf({ external_customer_id: externalId })).toMatch(/^polar_cst_/);
  });
});

it('asks for a whole address where the merchant wants one, and names what is missing', async () => {
  const product = await aProduct();
  const terms = { products: [product.id], customer_email: anEmail(), require_billing_address: true };
  const checkout = await opened(terms);
  const refused = await pay(running, checkout, CARD, { customer_billing_address: { country: 'FR' } });
  expect(refused.status).toBe(422);
  expect(refused.body.detail.map(({ loc }: { loc: string[] }) => loc.at(-1))).toEqual(['line1', 'city', 'postal_code']);
  const whole = { country: 'FR', line1: '1 rue Example', city: 'Paris', postal_code: '75001' };
  expect((await pay(running, checkout, CARD, { customer_billing_address: whole })).status).toBe(200);
});

it('stops who tries one card after the other', async () => {
  const product = await aProduct();
  const checkout = await opened({ products: [product.id], customer_email: anEmail() });
  const statuses: number[] = [];
  for (let tries = 0; tries < 21; tries += 1)
    statuses.push((await pay(running, checkout, 'pm_card_chargeDeclined')).status);
  expect(statuses.slice(0, 20)).toEqual(Array(20).fill(400));
  expect(statuses[20]).toBe(429);
});

it('keeps the card of a first payment that the processor broke at and then found', async () => {
  const product = await aProduct({ recurring_interval: 'month' });
  const checkout = await opened({ products: [product.id], customer_email: anEmail() });
  await running.sandbox('faults', {
    match: { method: 'POST', path: '/v1/payment_intents' },
    kind: 'error',
    status: 500,
    saved: true,
    after: true,
    times: 1,
  });
  expect((await pay(running, checkout, CARD)).status).toBe(200);
  const { customer_id } = await read(checkout.id);
  const methods = await running.made(token, 'GET', `/v1/customers/${customer_id}/payment-methods`);
  expect(methods.items).toHaveLength(1);
  expect((await running.made(token, 'GET', `/v1/customers/${customer_id}`)).default_payment_method_id).toBe(
    methods.items[0].id,
  );
});

it('hears of no fault, however the presses of Pay fall around its end', async () => {
  const product = await aProduct();
  const checkout = await opened({ products: [product.id], customer_email: anEmail() });
  const presses = Array.from({ length: 25 }, async (_, i) => {
    await new Promise((passed) => setTimeout(passed, i * 20));
    return (await pay(running, checkout, CARD)).status;
  });
  const statuses = new Set(await Promise.all(presses));
  expect(statuses).toContain(200);
  // Paid by another press: no longer open.
  expect([...statuses].filter((status) => status !== 200 && status !== 403)).toEqual([]);
  expect(await takenFor(running, checkout.id)).toEqual([2000]);
});
