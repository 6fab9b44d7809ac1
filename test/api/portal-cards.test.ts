/** A customer's cards in their portal: saved through their bank, refused, and used to pay what is owed. */
import { randomUUID } from 'node:crypto';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { cardSetupWorkflowId } from '../../billing/workflow-ids.ts';
import { CardSetup } from '../../db/entities/card-setup.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { cardSetupProcessorEvent } from '../../workflows/card-setup.messages.ts';
import { bank } from '../sandbox/sandboxed.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

const ASKS = 'pm_card_authenticationRequired';
const FAILS_LATER = 'pm_card_chargeCustomerFail';
const anEmail = () => `ada-${randomUUID()}@example.com`;
const CARDS = '/v1/customer-portal/customers/me/payment-methods';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running.close());

/** A customer with a monthly subscription that can't be paid any more, since today on their clock. */
async function inArrears() {
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const clock = await make('/v1/test-clocks/', { name: 'In arrears', frozen_time: '2031-03-01T00:00:00Z' });
  const customer = await make('/v1/customers/', { email: anEmail(), test_clock_id: clock.id });
  const product = await make('/v1/products/', {
    name: 'Fern Pro',
    recurring_interval: 'month',
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
  });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(FAILS_LATER),
  });
  await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2031-04-01T12:00:00Z' });
  const order = await eventually(async () => {
    const { items } = await running.made(token, 'GET', `/v1/orders/?customer_id=${customer.id}`);
    const unpaid = items.find(({ status }: { status: string }) => status === 'pending');
    return unpaid?.next_payment_attempt_at ? unpaid : undefined;
  });
  const session = await make('/v1/customer-sessions/', { customer_id: customer.id });
  return { customer, order, portal: session.token as string };
}

async function aCustomer() {
  const customer = await running.made(token, 'POST', '/v1/customers/', { email: anEmail() });
  const session = await running.made(token, 'POST', '/v1/customer-sessions/', { customer_id: customer.id });
  return session.token as string;
}

async function saves(portal: string, card: string, setDefault = true) {
  return running.call(portal, 'POST', CARDS, {
    confirmation_token_id: await running.aCard(card),
    set_default: setDefault,
    return_url: 'https://shop.example/portal',
  });
}

/** The bank has answered, and the processor's own message was faster than the customer's browser. */
async function answeredByBank(clientSecret: string, answer: 'approve' | 'refuse'): Promise<string> {
  const [intentId = ''] = clientSecret.split('_secret_');
  const intent = await running.stripe.setupIntents.retrieve(intentId);
  await bank(String(intent.next_action?.redirect_to_url?.url), answer);
  const { id } = await running.orm.em.fork().findOneOrFail(CardSetup, { intentId });
  const process = running.temporal.workflow.getHandle(cardSetupWorkflowId(id));
  await process.signal(cardSetupProcessorEvent, { objectId: intentId });
  await process.result();
  return intentId;
}

const confirms = (portal: string, intentId: string) =>
  running.call(portal, 'POST', `${CARDS}/confirm`, { setup_intent_id: intentId, set_default: true });

describe('a card that its bank is asked about', () => {
  it('is shown as saved, also once nothing waits for it any more', async () => {
    const portal = await aCustomer();
    const added = await saves(portal, ASKS);
    expect(added.body.status).toBe('requires_action');
    const intentId = await answeredByBank(added.body.client_secret, 'approve');
    for (let look = 1; look <= 2; look += 1) {
      expect(await confirms(portal, intentId)).toMatchObject({ status: 201, body: { status: 'succeeded' } });
    }
  });

  it('is shown as refused, also once nothing waits for it any more', async () => {
    const portal = await aCustomer();
    const added = await saves(portal, ASKS);
    const intentId = await answeredByBank(added.body.client_secret, 'refuse');
    expect(await confirms(portal, intentId)).toMatchObject({
      status: 400,
      body: { error: 'PaymentMethodSetupFailed' },
    });
  });

  it('is nobody else’s', async () => {
    const added = await saves(await aCustomer(), ASKS);
    const intentId = await answeredByBank(added.body.client_secret, 'approve');
    expect((await confirms(await aCustomer(), intentId)).status).toBe(403);
  });
});

describe('an unpaid order', () => {
  it('is not tried by adding a card that is not the default, and is paid with it when asked to', async () => {
    const { order, portal } = await inArrears();
    const pay = `/v1/customer-portal/orders/${order.id}/confirm-payment`;
    const { body } = await saves(portal, 'pm_card_visa', false);
    await new Promise((passed) => setTimeout(passed, 1_000));
    expect((await running.made(portal, 'GET', `/v1/customer-portal/orders/${order.id}`)).status).toBe('pending');

    expect(await running.made(portal, 'POST', pay, {})).toMatchObject({ status: 'failed' });
    const card = body.payment_method.id;
    expect(await running.made(portal, 'POST', pay, { payment_method_id: card })).toMatchObject({ status: 'succeeded' });
    expect((await running.made(portal, 'GET', `/v1/customer-portal/orders/${order.id}`)).status).toBe('paid');
  });

  it('is not paid with others’ cards, removed ones, or ones that are not saved yet', async () => {
    const { order, portal } = await inArrears();
    const pay = `/v1/customer-portal/orders/${order.id}/confirm-payment`;
    const theirs = (await saves(await aCustomer(), 'pm_card_visa')).body.payment_method.id;
    expect((await running.call(portal, 'POST', pay, { payment_method_id: theirs })).status).toBe(422);

    const removed = (await saves(portal, 'pm_card_visa', false)).body.payment_method.id;
    await running.made(portal, 'DELETE', `${CARDS}/${removed}`);
    expect((await running.call(portal, 'POST', pay, { payment_method_id: removed })).status).toBe(422);

    const confirmation_token_id = await running.aCard('pm_card_visa');
    expect(await running.call(portal, 'POST', pay, { confirmation_token_id })).toMatchObject({
      status: 422,
      body: { error: 'OrderNotEligibleForRetry' },
    });
  });

  it('is paid by adding a card that becomes the default', async () => {
    const { order, portal } = await inArrears();
    await saves(portal, 'pm_card_visa');
    await eventually(async () => {
      const { status } = await running.made(portal, 'GET', `/v1/customer-portal/orders/${order.id}`);
      return status === 'paid' ? status : undefined;
    });
  });
});

it('is paid with a card that was saved without being made the default, once it is', async () => {
  const { order, portal } = await inArrears();
  const added = await saves(portal, ASKS, false);
  const intentId = await answeredByBank(added.body.client_secret, 'approve');
  const read = () => running.made(portal, 'GET', `/v1/customer-portal/orders/${order.id}`);
  expect((await read()).status).toBe('pending');
  expect((await confirms(portal, intentId)).status).toBe(201);
  // Its bank asks again: what is asked for here is that it was tried.
  await eventually(async () => {
    const { items } = await running.made(token, 'GET', `/v1/payments/?order_id=${order.id}`);
    return items.some(({ trigger }: { trigger: string }) => trigger === 'retry_payment_method_update') || undefined;
  });
});

describe('the default card', () => {
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const monthly = (prices: readonly object[]) =>
    make('/v1/products/', { name: 'Fern', recurring_interval: 'month', prices });
  const paying = (amount: number) => ({ amount_type: 'fixed', price_amount: amount, price_currency: 'usd' });

  /** A customer with a card who pays nothing at first for what they have. */
  async function withCard(prices: readonly object[]) {
    const [customer, product] = [await make('/v1/customers/', { email: anEmail() }), await monthly(prices)];
    const { token: portal } = await make('/v1/customer-sessions/', { customer_id: customer.id });
    const card = (await saves(portal, 'pm_card_visa')).body.payment_method.id as string;
    const subscription = await make('/v1/subscriptions/', { product_id: product.id, customer_id: customer.id });
    return { customer, portal: portal as string, card, subscription };
  }

  const removes = (portal: string, card: string) => running.call(portal, 'DELETE', `${CARDS}/${card}`);

  it('can be removed by who is charged nothing', async () => {
    const { portal, card, customer } = await withCard([{ amount_type: 'free' }]);
    expect((await removes(portal, card)).status).toBe(204);
    expect((await running.made(token, 'GET', `/v1/customers/${customer.id}`)).default_payment_method_id).toBeNull();
  });

  it('can’t be removed by who pays for what they use', async () => {
    const filter = { conjunction: 'and', clauses: [] };
    const meter = await make('/v1/meters/', { name: 'Calls', filter, aggregation: { func: 'count' } });
    const metered = { amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter.id, unit_amount: '5' };
    const customer = await make('/v1/customers/', { email: anEmail() });
    const product = await monthly([metered]);
    const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
    const confirmation_token_id = await running.aCard();
    const confirm = `/v1/checkouts/client/${checkout.client_secret}/confirm`;
    await running.made(null, 'POST', confirm, { confirmation_token_id });
    const { token: portal } = await make('/v1/customer-sessions/', { customer_id: customer.id });
    const [{ id: card }] = (await running.made(portal, 'GET', CARDS)).items;
    expect(await removes(portal, card)).toMatchObject({
      status: 400,
      body: { error: 'PaymentMethodInUseByActiveSubscription' },
    });
  });

  it('nor by who changes to something that is paid', async () => {
    const { portal, card, subscription } = await withCard([{ amount_type: 'free' }]);
    const pro = await monthly([paying(2000)]);
    const change = { product_id: pro.id, proration_behavior: 'next_period' };
    await running.made(token, 'PATCH', `/v1/subscriptions/${subscription.id}`, change);
    expect((await removes(portal, card)).status).toBe(400);
  });

  it('nor before what was paid with it is delivered', async () => {
    const { portal, card, customer } = await withCard([{ amount_type: 'free' }]);
    const pro = await monthly([paying(2000)]);
    const { id } = await make('/v1/checkouts/', { products: [pro.id], customer_id: customer.id });
    const em = running.orm.em.fork();
    await em.nativeUpdate(Checkout, id, { status: 'confirmed', paymentMethodId: card as PaymentMethodId });
    expect((await removes(portal, card)).status).toBe(400);
    await em.nativeUpdate(Checkout, id, { status: 'failed' });
    expect((await removes(portal, card)).status).toBe(204);
  });

  it('is never one that is removed at the same time', async () => {
    for (let round = 1; round <= 15; round += 1) {
      const portal = await aCustomer();
      await saves(portal, 'pm_card_visa');
      const other = (await saves(portal, 'pm_card_mastercard', false)).body.payment_method.id;
      const makes = running.call(portal, 'PATCH', '/v1/customer-portal/customers/me', {
        default_payment_method_id: other,
      });
      await Promise.all([makes, removes(portal, other)]);
      const { default_payment_method_id: isDefault } = await running.made(
        portal,
        'GET',
        '/v1/customer-portal/customers/me',
      );
      const { items } = await running.made(portal, 'GET', CARDS);
      expect([null, ...items.map(({ id }: { id: string }) => id)]).toContain(isDefault);
    }
  });
});
