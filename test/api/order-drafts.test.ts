/** Orders that the merchant writes and charges to a saved card: once, whatever is pressed, lost or declined. */
import { randomUUID } from 'node:crypto';
import { orderWorkflowId } from '../../billing/workflow-ids.ts';
import { Email } from '../../db/entities/email.ts';
import { Payment } from '../../db/entities/payment.ts';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(async () => {
  const disagreements = await running.disagreements(token);
  await running.close();
  expect(disagreements).toEqual([]);
});

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const anEmail = () => `ada-${randomUUID()}@example.com`;

const aProduct = (terms: Record<string, unknown> = {}) =>
  make('/v1/products/', {
    name: 'Fern Tokens',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
    ...terms,
  });

/** With a card that is saved, and becomes the one that is charged. */
async function aCustomer(card: string | null = 'pm_card_visa', terms: Record<string, unknown> = {}) {
  const customer = await make('/v1/customers/', { email: anEmail(), ...terms });
  if (card !== null) await addCard(customer.id, card);
  return customer;
}

async function addCard(customerId: string, card: string, setDefault = true): Promise<string> {
  const session = await make('/v1/customer-sessions/', { customer_id: customerId });
  const path = '/v1/customer-portal/customers/me/payment-methods';
  const saved = await running.made(session.token, 'POST', path, {
    confirmation_token_id: await running.aCard(card),
    set_default: setDefault,
    return_url: 'https://shop.example/portal',
  });
  return saved.payment_method.id;
}

async function aDraft(terms: Record<string, unknown> = {}) {
  const customer_id = terms['customer_id'] ?? (await aCustomer()).id;
  const product_id = terms['product_id'] ?? (await aProduct()).id;
  return make('/v1/orders/', { customer_id, product_id, ...terms });
}

const finalize = (id: string, body: Record<string, unknown> = {}) =>
  running.call(token, 'POST', `/v1/orders/${id}/finalize`, body);
const read = (id: string) => running.made(token, 'GET', `/v1/orders/${id}`);
const taken = async (id: string) => {
  const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
  return data.filter((intent) => intent.metadata['order_id'] === id && intent.status === 'succeeded');
};

/** A draft whose card has been charged, and whose process was lost before it heard of that. */
async function lostAfterTheCharge() {
  const order = await aDraft();
  await running.sandbox('faults', {
    match: { method: 'POST', path: '/v1/payment_intents' },
    ...{ kind: 'timeout_after', ms: 4000, times: 1 },
  });
  const first = finalize(order.id);
  await eventually(async () => ((await taken(order.id)).length > 0 ? true : undefined));
  await running.temporal.workflow.getHandle(orderWorkflowId(order.id)).terminate('lost');
  return { order, first };
}

describe('a draft', () => {
  it('asks for nothing yet, and is not shown to the customer', async () => {
    const customer = await aCustomer(null, { name: 'Ada Example' });
    const order = await aDraft({
      customer_id: customer.id,
      amount: 1234,
      description: '5,000 tokens',
      metadata: { batch: 7 },
      custom_field_data: { size: 'large' },
    });
    expect(order).toMatchObject({
      ...{ status: 'draft', paid: false, total_amount: 1234, currency: 'usd', billing_reason: 'purchase' },
      ...{ invoice_number: null, description: '5,000 tokens', billing_name: 'Ada Example', metadata: { batch: 7 } },
      // The product asks for no size.
      ...{ custom_field_data: {}, items: [{ label: '5,000 tokens', amount: 1234 }] },
    });
    const session = await make('/v1/customer-sessions/', { customer_id: customer.id });
    expect((await running.made(session.token, 'GET', '/v1/customer-portal/orders/')).items).toEqual([]);
  });

  it('costs what the product costs, in a currency that it has a price in', async () => {
    const prices = [
      { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' },
      { amount_type: 'fixed', price_amount: 1800, price_currency: 'eur' },
    ];
    const product = await aProduct({ prices });
    const customer = await aCustomer(null);
    const common = { customer_id: customer.id, product_id: product.id };
    expect((await aDraft(common)).total_amount).toBe(2000);
    expect(await aDraft({ ...common, currency: 'eur' })).toMatchObject({ total_amount: 1800, currency: 'eur' });
    expect((await running.call(token, 'POST', '/v1/orders/', { ...common, currency: 'chf' })).status).toBe(422);
    expect(await aDraft({ ...common, currency: 'chf', amount: 900 })).toMatchObject({ total_amount: 900 });
    expect((await running.call(token, 'POST', '/v1/orders/', { ...common, amount: 1 })).status).toBe(422);
  });

  it.each([
    ['a customer of somebody else', async (foreign: string) => ({ customer_id: await anOthers(foreign, 'customer') })],
    ['a product of somebody else', async (foreign: string) => ({ product_id: await anOthers(foreign, 'product') })],
    ['an archived product', async () => ({ product_id: await archived() })],
    ['a subscription', async () => ({ product_id: (await aProduct({ recurring_interval: 'month' })).id })],
    ['an organization that is not the token’s', async () => ({ organization_id: randomUUID() })],
  ])('is not written for %s', async (_, terms) => {
    const foreign = (await running.aMerchant()).token;
    const fine = { customer_id: (await aCustomer(null)).id, product_id: (await aProduct()).id };
    const reply = await running.call(token, 'POST', '/v1/orders/', { ...fine, ...(await terms(foreign)) });
    expect(reply).toMatchObject({ status: 422, body: { error: 'RequestValidationError' } });
  });
});

async function anOthers(foreign: string, kind: 'customer' | 'product'): Promise<string> {
  const price = { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' };
  const made =
    kind === 'customer'
      ? await running.made(foreign, 'POST', '/v1/customers/', { email: anEmail() })
      : await running.made(foreign, 'POST', '/v1/products/', { name: 'Theirs', prices: [price] });
  return made.id;
}

async function archived(): Promise<string> {
  const { id } = await aProduct();
  await running.made(token, 'PATCH', `/v1/products/${id}`, { is_archived: true });
  return id;
}

describe('finalized', () => {
  it('is paid with the default card, numbered, delivered, booked and told of', async () => {
    const benefit = await make('/v1/benefits/', { type: 'license_keys', description: 'A key', properties: {} });
    const product = await aProduct();
    await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
    const endpoint = await make('/v1/webhooks/endpoints', {
      url: 'http://127.0.0.1:9/nobody',
      format: 'raw',
      events: ['order.created', 'order.updated', 'order.paid'],
    });
    const customer = await aCustomer();
    const order = await aDraft({ customer_id: customer.id, product_id: product.id });
    const paid = await finalize(order.id);
    expect(paid).toMatchObject({ status: 200, body: { status: 'paid', paid: true, total_amount: 2000 } });
    expect(paid.body.invoice_number).toMatch(/-\d{4}$/);
    expect(paid.body.platform_fee_amount).toBeGreaterThan(0);
    await eventually(
      async () => (await running.made(token, 'GET', `/v1/license-keys/?benefit_id=${benefit.id}`)).items[0],
    );
    const [letter, ...more] = await running.orm.em.fork().find(Email, { recipient: customer.email });
    expect([letter?.kind, more]).toEqual(['order_confirmation', []]);
    const told = await running.orm.em
      .fork()
      .find(WebhookEvent, { endpoint: endpoint.id }, { orderBy: { position: 'asc' } });
    expect(told.map(({ type }) => type)).toEqual(['order.created', 'order.updated', 'order.paid']);
    await running.made(token, 'DELETE', `/v1/webhooks/endpoints/${endpoint.id}`);
    expect(await taken(order.id)).toHaveLength(1);
    const process = running.temporal.workflow.getHandle(orderWorkflowId(order.id));
    await eventually(async () => ((await process.describe()).status.name === 'COMPLETED' ? true : undefined));
    expect(await finalize(order.id)).toMatchObject({ status: 412, body: { error: 'OrderNotDraft' } });
  });

  it('is dated by the customer’s test clock', async () => {
    const clock = await make('/v1/test-clocks/', { name: 'A year', frozen_time: '2031-05-05T00:00:00Z' });
    const customer = await aCustomer('pm_card_visa', { test_clock_id: clock.id });
    const order = await aDraft({ customer_id: customer.id });
    expect(order.created_at).toBe('2031-05-05T00:00:00.000Z');
    expect((await finalize(order.id)).body).toMatchObject({ status: 'paid', modified_at: '2031-05-05T00:00:00.000Z' });
  });

  it('costs nothing and needs no card where it is free', async () => {
    const customer = await aCustomer(null);
    const product = await aProduct({ prices: [{ amount_type: 'free' }] });
    const order = await aDraft({ customer_id: customer.id, product_id: product.id });
    const given = await finalize(order.id);
    expect(given).toMatchObject({ status: 200, body: { status: 'paid', total_amount: 0, platform_fee_amount: 0 } });
    expect(given.body.invoice_number).not.toBeNull();
    const gift = await aDraft({ customer_id: customer.id, amount: 0 });
    expect((await finalize(gift.id)).body.status).toBe('paid');
  });

  it('is paid with the card that is named', async () => {
    const customer = await aCustomer('pm_card_chargeCustomerFail');
    const good = await addCard(customer.id, 'pm_card_mastercard', false);
    const order = await aDraft({ customer_id: customer.id });
    const foreign = await addCard((await aCustomer(null)).id, 'pm_card_visa');
    expect((await finalize(order.id, { payment_method_id: foreign })).status).toBe(422);
    expect((await finalize(order.id, { payment_method_id: randomUUID() })).status).toBe(422);
    expect((await finalize(order.id, { payment_method_id: good })).body.status).toBe('paid');
    const { items } = await running.made(token, 'GET', `/v1/payments/?order_id=${order.id}`);
    expect(items).toMatchObject([{ status: 'succeeded', method_metadata: { brand: 'mastercard' } }]);
  });

  it('finds nothing of another organization', async () => {
    const order = await aDraft();
    const foreign = (await running.aMerchant()).token;
    expect((await running.call(foreign, 'POST', `/v1/orders/${order.id}/finalize`, {})).status).toBe(404);
  });
});

describe('stays a draft', () => {
  it.each([
    ['the card is declined', 'pm_card_chargeCustomerFail', 'PaymentFailed'],
    ['the bank wants the customer', 'pm_card_authenticationRequired', 'PaymentActionRequired'],
  ])('where %s, until it is paid with another', async (_, card, error) => {
    const customer = await aCustomer(null);
    // The second kind of card can't be added without the customer's bank, so that the good one turns bad.
    const [first, outcome] = card === 'pm_card_authenticationRequired' ? ['pm_card_visa', card] : [card, null];
    const id = await addCard(customer.id, first);
    if (outcome !== null) await turnsBad(id, 'authentication_required');
    const order = await aDraft({ customer_id: customer.id });
    const refused = await finalize(order.id);
    expect(refused).toMatchObject({ status: 402, body: { error } });
    expect(typeof refused.body.detail).toBe('string');
    expect(await read(order.id)).toMatchObject({ status: 'draft', invoice_number: null });
    expect(await taken(order.id)).toEqual([]);
    await addCard(customer.id, 'pm_card_visa');
    expect((await finalize(order.id)).body.status).toBe('paid');
    const attempts = await running.orm.em.fork().find(Payment, { order: order.id }, { orderBy: { attempt: 'asc' } });
    expect(attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 'failed'],
      [2, 'succeeded'],
    ]);
  });

  it('where there is no card', async () => {
    const order = await aDraft({ customer_id: (await aCustomer(null)).id });
    expect(await finalize(order.id)).toMatchObject({ status: 402, body: { error: 'PaymentFailed' } });
    expect((await read(order.id)).status).toBe('draft');
    expect(await running.orm.em.fork().count(Payment, { order: order.id })).toBe(0);
  });

  it('where the customer was deleted', async () => {
    const customer = await aCustomer();
    const order = await aDraft({ customer_id: customer.id });
    await running.made(token, 'DELETE', `/v1/customers/${customer.id}`);
    expect((await finalize(order.id)).status).toBe(422);
    expect((await read(order.id)).status).toBe('draft');
  });
});

async function turnsBad(paymentMethodId: string, outcome: string): Promise<void> {
  const [row]: { stripe_id: string }[] = await running.orm.em
    .fork()
    .execute('select stripe_id from payment_methods where id = ?', [paymentMethodId]);
  await running.sandbox(`payment_methods/${row?.stripe_id}`, { outcome });
}

describe('charges once', () => {
  it('though it is finalized five times at once', async () => {
    const order = await aDraft();
    const replies = await Promise.all(Array.from({ length: 5 }, () => finalize(order.id)));
    expect(replies.some(({ status }) => status === 200)).toBe(true);
    expect(replies.every(({ status }) => status === 200 || status === 412)).toBe(true);
    expect(await taken(order.id)).toHaveLength(1);
    expect(await running.orm.em.fork().count(Payment, { order: order.id })).toBe(1);
  });

  it('asks a card that declines once for a button that is pressed twice', async () => {
    const order = await aDraft({ customer_id: (await aCustomer('pm_card_chargeCustomerFail')).id });
    await running.sandbox('faults', {
      match: { method: 'POST', path: '/v1/payment_intents' },
      kind: 'delay',
      ms: 1500,
      times: 1,
    });
    const replies = await Promise.all([finalize(order.id), finalize(order.id)]);
    expect(replies.map(({ status }) => status)).toEqual([402, 402]);
    expect(await running.orm.em.fork().count(Payment, { order: order.id })).toBe(1);
  });

  it('though the processor charges, breaks, and repeats that it broke', async () => {
    const order = await aDraft();
    await running.sandbox('faults', {
      match: { method: 'POST', path: '/v1/payment_intents' },
      ...{ kind: 'error', status: 500, saved: true, after: true, times: 1 },
    });
    expect((await finalize(order.id)).body.status).toBe('paid');
    expect(await taken(order.id)).toHaveLength(1);
  });

  it('though its process is lost between the charge and its answer', async () => {
    const { order, first } = await lostAfterTheCharge();
    expect((await first).status).toBe(503);
    expect((await finalize(order.id)).body.status).toBe('paid');
    expect(await taken(order.id)).toHaveLength(1);
  });

  it('though its process is lost in the middle and nobody asks again', async () => {
    const { order, first } = await lostAfterTheCharge();
    await first;
    await startSweep(running.temporal);
    await eventually(async () => ((await read(order.id)).status === 'paid' ? true : undefined));
    await running.temporal.workflow.getHandle(SWEEP).terminate('the test is over');
  });

  it('wherever its process is lost, again and again', async () => {
    const customer = await aCustomer();
    const product = await aProduct();
    for (let delay = 0; delay < 200; delay += 20) {
      const order = await aDraft({ customer_id: customer.id, product_id: product.id });
      const first = finalize(order.id);
      await new Promise((passed) => setTimeout(passed, delay));
      await running.temporal.workflow
        .getHandle(orderWorkflowId(order.id))
        .terminate('lost')
        .catch(() => undefined);
      await first;
      expect([200, 412]).toContain((await finalize(order.id)).status);
      expect((await read(order.id)).status).toBe('paid');
      expect(await taken(order.id)).toHaveLength(1);
    }
  });
});

describe('a balance', () => {
  const gives = (customer: string, amount: number, type = 'billing') =>
    make(`/v1/customers/${customer}/balances`, {
      ...{ type, currency: 'usd', amount, reason: 'Thanks', idempotency_key: randomUUID() },
    });
  const has = async (customer: string) =>
    (await running.made(token, 'GET', `/v1/customers/${customer}/balances`)).items[0].amount;

  it('pays for some of a draft, and the card for the rest', async () => {
    const customer = await aCustomer();
    await gives(customer.id, 1200);
    const order = await aDraft({ customer_id: customer.id });
    expect((await finalize(order.id)).body).toMatchObject({ status: 'paid', applied_balance_amount: -1200 });
    expect((await taken(order.id)).map(({ amount }) => amount)).toEqual([800]);
    expect(await has(customer.id)).toBe(0);
  });

  it('pays for all of it without a card, and not by what is for usage', async () => {
    const customer = await aCustomer(null);
    await gives(customer.id, 5000, 'usage');
    const order = await aDraft({ customer_id: customer.id });
    expect((await finalize(order.id)).status).toBe(402);
    await gives(customer.id, 2000);
    expect((await finalize(order.id)).body).toMatchObject({ status: 'paid', applied_balance_amount: -2000 });
    expect(await has(customer.id)).toBe(0);
  });

  it('is there again where the card is declined, each time', async () => {
    const customer = await aCustomer('pm_card_chargeCustomerFail');
    await gives(customer.id, 1200);
    const order = await aDraft({ customer_id: customer.id });
    expect((await finalize(order.id)).status).toBe(402);
    expect((await finalize(order.id)).status).toBe(402);
    expect([await has(customer.id), (await read(order.id)).applied_balance_amount]).toEqual([1200, 0]);
    await addCard(customer.id, 'pm_card_visa');
    expect((await finalize(order.id)).body).toMatchObject({ status: 'paid', applied_balance_amount: -1200 });
  });

  it('pays once where a draft’s process is lost after its charge', async () => {
    const customer = await aCustomer();
    await gives(customer.id, 1200);
    const order = await aDraft({ customer_id: customer.id });
    const match = { method: 'POST', path: '/v1/payment_intents' };
    await running.sandbox('faults', { match, kind: 'timeout_after', ms: 4000, times: 1 });
    const first = finalize(order.id);
    await eventually(async () => ((await taken(order.id)).length > 0 ? true : undefined));
    await running.temporal.workflow.getHandle(orderWorkflowId(order.id)).terminate('lost');
    await first;
    await finalize(order.id);
    expect(await read(order.id)).toMatchObject({ status: 'paid', applied_balance_amount: -1200 });
    expect((await taken(order.id)).map(({ amount }) => amount)).toEqual([800]);
    expect(await has(customer.id)).toBe(0);
  });
});
