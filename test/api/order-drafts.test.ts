/** Orders that the merchant writes and charges to a saved card: what they come to, and when they stay drafts. */
import { randomUUID } from 'node:crypto';
import { orderWorkflowId } from '../../billing/workflow-ids.ts';
import { Email } from '../../db/entities/email.ts';
import { Payment } from '../../db/entities/payment.ts';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { anEmail, type Drafts, draftsOf } from './drafting.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let drafts: Drafts;

beforeAll(async () => {
  running = await startRunning();
  drafts = await draftsOf(running);
});
afterAll(async () => {
  const disagreements = await running.disagreements(drafts.token);
  await running.close();
  expect(disagreements).toEqual([]);
});

describe('a draft', () => {
  it('asks for nothing yet, and is not shown to the customer', async () => {
    const customer = await drafts.aCustomer(null, { name: 'Ada Example' });
    const order = await drafts.aDraft({
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
    const session = await drafts.make('/v1/customer-sessions/', { customer_id: customer.id });
    expect((await running.made(session.token, 'GET', '/v1/customer-portal/orders/')).items).toEqual([]);
  });

  it('costs what the product costs, in a currency that it has a price in', async () => {
    const prices = [
      { amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' },
      { amount_type: 'fixed', price_amount: 1800, price_currency: 'eur' },
    ];
    const product = await drafts.aProduct({ prices });
    const customer = await drafts.aCustomer(null);
    const common = { customer_id: customer.id, product_id: product.id };
    expect((await drafts.aDraft(common)).total_amount).toBe(2000);
    expect(await drafts.aDraft({ ...common, currency: 'eur' })).toMatchObject({ total_amount: 1800, currency: 'eur' });
    expect((await running.call(drafts.token, 'POST', '/v1/orders/', { ...common, currency: 'chf' })).status).toBe(422);
    expect(await drafts.aDraft({ ...common, currency: 'chf', amount: 900 })).toMatchObject({ total_amount: 900 });
    expect((await running.call(drafts.token, 'POST', '/v1/orders/', { ...common, amount: 1 })).status).toBe(422);
  });

  it.each([
    ['a customer of somebody else', async (foreign: string) => ({ customer_id: await anOthers(foreign, 'customer') })],
    ['a product of somebody else', async (foreign: string) => ({ product_id: await anOthers(foreign, 'product') })],
    ['an archived product', async () => ({ product_id: await archived() })],
    ['a subscription', async () => ({ product_id: (await drafts.aProduct({ recurring_interval: 'month' })).id })],
    ['an organization that is not the token’s', async () => ({ organization_id: randomUUID() })],
  ])('is not written for %s', async (_, terms) => {
    const foreign = (await running.aMerchant()).token;
    const fine = { customer_id: (await drafts.aCustomer(null)).id, product_id: (await drafts.aProduct()).id };
    const reply = await running.call(drafts.token, 'POST', '/v1/orders/', { ...fine, ...(await terms(foreign)) });
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
  const { id } = await drafts.aProduct();
  await running.made(drafts.token, 'PATCH', `/v1/products/${id}`, { is_archived: true });
  return id;
}

describe('finalized', () => {
  it('is paid with the default card, numbered, delivered, booked and told of', async () => {
    const benefit = await drafts.make('/v1/benefits/', { type: 'license_keys', description: 'A key', properties: {} });
    const product = await drafts.aProduct();
    await drafts.make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
    const endpoint = await drafts.make('/v1/webhooks/endpoints', {
      url: 'http://127.0.0.1:9/nobody',
      format: 'raw',
      events: ['order.created', 'order.updated', 'order.paid'],
    });
    const customer = await drafts.aCustomer();
    const order = await drafts.aDraft({ customer_id: customer.id, product_id: product.id });
    const paid = await drafts.finalize(order.id);
    expect(paid).toMatchObject({ status: 200, body: { status: 'paid', paid: true, total_amount: 2000 } });
    expect(paid.body.invoice_number).toMatch(/-\d{4}$/);
    expect(paid.body.platform_fee_amount).toBeGreaterThan(0);
    await eventually(
      async () => (await running.made(drafts.token, 'GET', `/v1/license-keys/?benefit_id=${benefit.id}`)).items[0],
    );
    const [letter, ...more] = await running.orm.em.fork().find(Email, { recipient: customer.email });
    expect([letter?.kind, more]).toEqual(['order_confirmation', []]);
    const told = await running.orm.em
      .fork()
      .find(WebhookEvent, { endpoint: endpoint.id }, { orderBy: { position: 'asc' } });
    expect(told.map(({ type }) => type)).toEqual(['order.created', 'order.updated', 'order.paid']);
    await running.made(drafts.token, 'DELETE', `/v1/webhooks/endpoints/${endpoint.id}`);
    expect(await drafts.taken(order.id)).toHaveLength(1);
    const process = running.temporal.workflow.getHandle(orderWorkflowId(order.id));
    await eventually(async () => ((await process.describe()).status.name === 'COMPLETED' ? true : undefined));
    expect(await drafts.finalize(order.id)).toMatchObject({ status: 412, body: { error: 'OrderNotDraft' } });
  });

  it('is dated by the customer’s test clock', async () => {
    const clock = await drafts.make('/v1/test-clocks/', { name: 'A year', frozen_time: '2031-05-05T00:00:00Z' });
    const customer = await drafts.aCustomer('pm_card_visa', { test_clock_id: clock.id });
    const order = await drafts.aDraft({ customer_id: customer.id });
    expect(order.created_at).toBe('2031-05-05T00:00:00.000Z');
    expect((await drafts.finalize(order.id)).body).toMatchObject({
      status: 'paid',
      modified_at: '2031-05-05T00:00:00.000Z',
    });
  });

  it('costs nothing and needs no card where it is free', async () => {
    const customer = await drafts.aCustomer(null);
    const product = await drafts.aProduct({ prices: [{ amount_type: 'free' }] });
    const order = await drafts.aDraft({ customer_id: customer.id, product_id: product.id });
    const given = await drafts.finalize(order.id);
    expect(given).toMatchObject({ status: 200, body: { status: 'paid', total_amount: 0, platform_fee_amount: 0 } });
    expect(given.body.invoice_number).not.toBeNull();
    const gift = await drafts.aDraft({ customer_id: customer.id, amount: 0 });
    expect((await drafts.finalize(gift.id)).body.status).toBe('paid');
  });

  it('is paid with the card that is named', async () => {
    const customer = await drafts.aCustomer('pm_card_chargeCustomerFail');
    const good = await drafts.addCard(customer.id, 'pm_card_mastercard', false);
    const order = await drafts.aDraft({ customer_id: customer.id });
    const foreign = await drafts.addCard((await drafts.aCustomer(null)).id, 'pm_card_visa');
    expect((await drafts.finalize(order.id, { payment_method_id: foreign })).status).toBe(422);
    expect((await drafts.finalize(order.id, { payment_method_id: randomUUID() })).status).toBe(422);
    expect((await drafts.finalize(order.id, { payment_method_id: good })).body.status).toBe('paid');
    const { items } = await running.made(drafts.token, 'GET', `/v1/payments/?order_id=${order.id}`);
    expect(items).toMatchObject([{ status: 'succeeded', method_metadata: { brand: 'mastercard' } }]);
  });

  it('finds nothing of another organization', async () => {
    const order = await drafts.aDraft();
    const foreign = (await running.aMerchant()).token;
    expect((await running.call(foreign, 'POST', `/v1/orders/${order.id}/finalize`, {})).status).toBe(404);
  });
});

describe('stays a draft', () => {
  it.each([
    ['the card is declined', 'pm_card_chargeCustomerFail', 'PaymentFailed'],
    ['the bank wants the customer', 'pm_card_authenticationRequired', 'PaymentActionRequired'],
  ])('where %s, until it is paid with another', async (_, card, error) => {
    const customer = await drafts.aCustomer(null);
    // The second kind of card can't be added without the customer's bank, so that the good one turns bad.
    const [first, outcome] = card === 'pm_card_authenticationRequired' ? ['pm_card_visa', card] : [card, null];
    const id = await drafts.addCard(customer.id, first);
    if (outcome !== null) await turnsBad(id, 'authentication_required');
    const order = await drafts.aDraft({ customer_id: customer.id });
    const refused = await drafts.finalize(order.id);
    expect(refused).toMatchObject({ status: 402, body: { error } });
    expect(typeof refused.body.detail).toBe('string');
    expect(await drafts.read(order.id)).toMatchObject({ status: 'draft', invoice_number: null });
    expect(await drafts.taken(order.id)).toEqual([]);
    await drafts.addCard(customer.id, 'pm_card_visa');
    expect((await drafts.finalize(order.id)).body.status).toBe('paid');
    const attempts = await running.orm.em.fork().find(Payment, { order: order.id }, { orderBy: { attempt: 'asc' } });
    expect(attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 'failed'],
      [2, 'succeeded'],
    ]);
  });

  it('where there is no card', async () => {
    const order = await drafts.aDraft({ customer_id: (await drafts.aCustomer(null)).id });
    expect(await drafts.finalize(order.id)).toMatchObject({ status: 402, body: { error: 'PaymentFailed' } });
    expect((await drafts.read(order.id)).status).toBe('draft');
    expect(await running.orm.em.fork().count(Payment, { order: order.id })).toBe(0);
  });

  it('where the customer was deleted', async () => {
    const customer = await drafts.aCustomer();
    const order = await drafts.aDraft({ customer_id: customer.id });
    await running.made(drafts.token, 'DELETE', `/v1/customers/${customer.id}`);
    expect((await drafts.finalize(order.id)).status).toBe(422);
    expect((await drafts.read(order.id)).status).toBe('draft');
  });
});

async function turnsBad(paymentMethodId: string, outcome: string): Promise<void> {
  const [row]: { stripe_id: string }[] = await running.orm.em
    .fork()
    .execute('select stripe_id from payment_methods where id = ?', [paymentMethodId]);
  await running.sandbox(`payment_methods/${row?.stripe_id}`, { outcome });
}
