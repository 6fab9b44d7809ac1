/** What an ended subscription still owes, paid by its customer in the portal: once, by hand, with the card they choose. */
import { randomUUID } from 'node:crypto';
import { orderWorkflowId } from '../../billing/workflow-ids.ts';
import { Email } from '../../db/entities/email.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

const FAILS_LATER = 'pm_card_chargeCustomerFail';
const CARDS = '/v1/customer-portal/customers/me/payment-methods';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running?.close());

/** A subscription that was revoked with an unpaid renewal of $20, and its customer in the portal. */
async function inDebt() {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const clock = await make('/v1/test-clocks/', { name: 'In debt', frozen_time: '2031-03-01T00:00:00Z' });
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, test_clock_id: clock.id });
  const product = await make('/v1/products/', {
    ...{ name: 'Fern Pro', recurring_interval: 'month' },
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
  });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(FAILS_LATER),
  });
  await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: '2031-04-01T12:00:00Z' });
  const unpaid = async () => {
    const { items } = await running.made(token, 'GET', `/v1/orders/?customer_id=${customer.id}`);
    const order = items.find(({ status }: { status: string }) => status === 'pending');
    return order?.next_payment_attempt_at ? order : undefined;
  };
  const order = await eventually(unpaid);
  const { token: portal } = await make('/v1/customer-sessions/', { customer_id: customer.id });
  const path = `/v1/customer-portal/orders/${order.id}`;
  const saves = async (card: string) =>
    (
      await running.made(portal, 'POST', CARDS, {
        ...{ confirmation_token_id: await running.aCard(card), set_default: false },
        return_url: 'https://shop.example/portal',
      })
    ).payment_method.id as string;
  const shop = {
    ...{ token, order, customer, portal: portal as string, saves },
    pay: (body: object = {}) => running.call(portal, 'POST', `${path}/confirm-payment`, body),
    status: () => running.made(portal, 'GET', `${path}/payment-status`),
    shows: () => running.made(token, 'GET', `/v1/orders/${order.id}`),
    subscription: () => running.made(token, 'GET', `/v1/subscriptions/${order.subscription_id}`),
    ends: () => running.made(token, 'DELETE', `/v1/subscriptions/${order.subscription_id}`),
    process: () => running.temporal.workflow.getHandle(orderWorkflowId(order.id)),
    disagreements: () => running.disagreements(token),
    taken: async () => {
      const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
      return data
        .filter(({ metadata, status }) => metadata['order_id'] === order.id && status === 'succeeded')
        .map(({ amount }) => amount);
    },
  };
  await shop.ends();
  return shop;
}

/** Its card has been charged, and its process was lost before it heard of that. */
async function lostAfterTheCharge() {
  const shop = await inDebt();
  const card = await shop.saves('pm_card_visa');
  const match = { method: 'POST', path: '/v1/payment_intents' };
  await running.sandbox('faults', { match, kind: 'timeout_after', ms: 4000, times: 1 });
  const first = shop.pay({ payment_method_id: card });
  await eventually(async () => ((await shop.taken()).length > 0 ? true : undefined));
  await shop.process().terminate('lost');
  await first;
  return { shop, card };
}

it('is paid with the chosen card, in the books, and the subscription stays ended', async () => {
  const shop = await inDebt();
  expect(await shop.shows()).toMatchObject({ status: 'pending', next_payment_attempt_at: null });
  const ended = await shop.subscription();
  const card = await shop.saves('pm_card_visa');
  expect((await shop.pay({ payment_method_id: card })).body).toMatchObject({ status: 'succeeded', error: null });
  expect(await shop.status()).toEqual({ status: 'paid', error: null });
  expect(await shop.shows()).toMatchObject({ status: 'paid', total_amount: 2000, due_amount: 0 });
  expect(await shop.subscription()).toEqual(ended);
  expect(await shop.taken()).toEqual([2000]);
  const grants = await running.made(shop.token, 'GET', '/v1/benefit-grants/');
  expect(grants.items.filter((grant: { is_granted: boolean }) => grant.is_granted)).toEqual([]);
  const letters = await running.orm.em.fork().find(Email, { customer: shop.customer.id });
  expect(letters.filter(({ subject }) => subject === 'Your payment for Fern Pro')).toHaveLength(1);
  expect(await shop.pay()).toMatchObject({ status: 422, body: { error: 'OrderNotEligibleForRetry' } });
  expect(await shop.disagreements()).toEqual([]);
});

it('is tried five times by hand, each with the bank’s words, and stays owed', async () => {
  const shop = await inDebt();
  for (let tries = 0; tries < 5; tries += 1) {
    const { body } = await shop.pay();
    expect(body).toMatchObject({ status: 'failed', error: expect.any(String) });
  }
  expect(await shop.pay()).toMatchObject({ status: 429, body: { error: 'ManualRetryLimitExceeded' } });
  expect(await shop.status()).toMatchObject({ status: 'pending', error: expect.any(String) });
  expect(await shop.taken()).toEqual([]);
  expect(await shop.disagreements()).toEqual([]);
});

it('is charged once though Pay is pressed five times at once', async () => {
  const shop = await inDebt();
  const payment_method_id = await shop.saves('pm_card_visa');
  const replies = await Promise.all(Array.from({ length: 5 }, () => shop.pay({ payment_method_id })));
  expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  expect(replies.every(({ status, body }) => status === 200 || body.error === 'OrderNotEligibleForRetry')).toBe(true);
  expect(await shop.taken()).toEqual([2000]);
  expect(await shop.disagreements()).toEqual([]);
});

describe('is charged once though its process is lost between the charge and its answer', () => {
  it('and asked again', async () => {
    const { shop, card } = await lostAfterTheCharge();
    expect((await shop.pay({ payment_method_id: card })).status).toBeLessThan(500);
    await eventually(async () => ((await shop.shows()).status === 'paid' ? true : undefined));
    expect(await shop.taken()).toEqual([2000]);
    expect(await shop.disagreements()).toEqual([]);
  });

  it('and nobody asks again', async () => {
    const { shop } = await lostAfterTheCharge();
    await startSweep(running.temporal);
    await eventually(async () => ((await shop.shows()).status === 'paid' ? true : undefined));
    await running.temporal.workflow.getHandle(SWEEP).terminate('the test is over');
    expect(await shop.taken()).toEqual([2000]);
  });
});

it('is nobody else’s to pay, and no draft to finalize', async () => {
  const [shop, other] = [await inDebt(), await inDebt()];
  const path = `/v1/customer-portal/orders/${shop.order.id}/confirm-payment`;
  expect((await running.call(other.portal, 'POST', path, {})).status).toBe(404);
  const finalized = await running.call(shop.token, 'POST', `/v1/orders/${shop.order.id}/finalize`, {});
  expect(finalized).toMatchObject({ status: 412, body: { error: 'OrderNotDraft' } });
});

it('is paid from the balance first, which is there again where the card is declined', async () => {
  const shop = await inDebt();
  const path = `/v1/customers/${shop.customer.id}/balances`;
  const give = (amount: number) =>
    running.made(shop.token, 'POST', path, {
      ...{ currency: 'usd', amount, reason: 'Thanks', idempotency_key: randomUUID() },
    });
  const balance = async () => (await running.made(shop.token, 'GET', path)).items[0].amount;
  await give(1980);
  expect((await shop.pay()).body).toMatchObject({ status: 'failed' });
  expect((await shop.pay()).body).toMatchObject({ status: 'failed' });
  expect([await balance(), (await shop.shows()).applied_balance_amount]).toEqual([1980, 0]);
  // Less than 50 cents can't be charged.
  const card = await shop.saves('pm_card_visa');
  expect((await shop.pay({ payment_method_id: card })).body).toMatchObject({ status: 'succeeded' });
  expect(await shop.shows()).toMatchObject({ status: 'paid', applied_balance_amount: -1950 });
  expect([await shop.taken(), await balance()]).toEqual([[50], 30]);
  expect(await shop.disagreements()).toEqual([]);
});

it('is paid without a card where the balance covers it', async () => {
  const shop = await inDebt();
  const path = `/v1/customers/${shop.customer.id}/balances`;
  const gift = { currency: 'usd', amount: 2500, reason: 'Thanks', idempotency_key: randomUUID() };
  await running.made(shop.token, 'POST', path, gift);
  expect((await shop.pay()).body).toMatchObject({ status: 'succeeded' });
  expect(await shop.shows()).toMatchObject({ status: 'paid', applied_balance_amount: -2000, due_amount: 0 });
  expect((await running.made(shop.token, 'GET', path)).items).toMatchObject([{ amount: 500 }]);
  expect(await shop.taken()).toEqual([]);
  expect(await shop.disagreements()).toEqual([]);
});

describe('less than can be charged', () => {
  /** A revoked subscription by use: its last order of 30 cents is owed, and 40 of before, too little to be charged. */
  async function inSmallDebt() {
    const { token } = await running.aMerchant();
    const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
    const get = (path: string) => running.made(token, 'GET', path);
    const clock = await make('/v1/test-clocks/', { name: 'In debt', frozen_time: '2031-03-01T00:00:00Z' });
    const customer = await make('/v1/customers/', {
      ...{ email: `ada-${randomUUID()}@example.com`, test_clock_id: clock.id },
    });
    const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] };
    const aggregation = { func: 'sum', property: 'units' };
    const meter = await make('/v1/meters/', { name: 'Calls', filter, aggregation });
    const product = await make('/v1/products/', {
      ...{ name: 'Fern by use', recurring_interval: 'month' },
      prices: [{ amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter.id, unit_amount: '1' }],
    });
    const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
    await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
      confirmation_token_id: await running.aCard(FAILS_LATER),
    });
    const { subscription_id } = await get(`/v1/checkouts/${checkout.id}`);
    for (const [units, to] of [
      [40, '2031-04-01T12:00:00Z'],
      [30, '2031-05-01T12:00:00Z'],
    ]) {
      await make('/v1/events/ingest', { events: [{ name: 'call', customer_id: customer.id, metadata: { units } }] });
      await make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time: to });
      await eventually(async () => ((await get(`/v1/test-clocks/${clock.id}`)).status === 'ready' ? true : undefined));
    }
    await running.made(token, 'DELETE', `/v1/subscriptions/${subscription_id}`);
    const { items } = await get(`/v1/orders/?customer_id=${customer.id}`);
    const order = items.find(({ status }: { status: string }) => status === 'pending');
    const { token: portal } = await make('/v1/customer-sessions/', { customer_id: customer.id });
    const balances = `/v1/customers/${customer.id}/balances`;
    const balance = async () => (await get(balances)).items[0].amount;
    expect([order.total_amount, order.due_amount, await balance()]).toEqual([30, 30, -40]);
    return {
      ...{ balance, shows: () => get(`/v1/orders/${order.id}`), disagreements: () => running.disagreements(token) },
      asks: async () => (await running.made(portal, 'GET', `/v1/customer-portal/orders/${order.id}`)).asked_amount,
      give: (amount: number) =>
        make(balances, { ...{ currency: 'usd', amount, reason: 'Thanks', idempotency_key: randomUUID() } }),
      async pay(card: string) {
        const saved = await running.made(portal, 'POST', CARDS, {
          ...{ confirmation_token_id: await running.aCard(card), set_default: false },
          return_url: 'https://shop.example/portal',
        });
        const { body } = await running.call(portal, 'POST', `/v1/customer-portal/orders/${order.id}/confirm-payment`, {
          payment_method_id: saved.payment_method.id,
        });
        return body;
      },
      taken: async () => {
        const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
        return data
          .filter(({ metadata, status }) => metadata['order_id'] === order.id && status === 'succeeded')
          .map(({ amount }) => amount);
      },
    };
  }

  it('is charged with what is owed besides, which is owed again where the card declines', async () => {
    const shop = await inSmallDebt();
    expect(await shop.asks()).toBe(70);
    expect(await shop.pay(FAILS_LATER)).toMatchObject({ status: 'failed' });
    expect([await shop.balance(), (await shop.shows()).applied_balance_amount]).toEqual([-40, 0]);
    expect(await shop.pay('pm_card_visa')).toMatchObject({ status: 'succeeded', error: null });
    expect([await shop.taken(), await shop.balance()]).toEqual([[70], 0]);
    expect(await shop.shows()).toMatchObject({ status: 'paid', applied_balance_amount: 40, due_amount: 0 });
    expect(await shop.disagreements()).toEqual([]);
  });

  it('is owed by the balance where nothing else is, as a renewal is', async () => {
    const shop = await inSmallDebt();
    await shop.give(40);
    expect(await shop.asks()).toBe(0);
    expect(await shop.pay('pm_card_visa')).toMatchObject({ status: 'succeeded', error: null });
    expect([await shop.taken(), await shop.balance()]).toEqual([[], -30]);
    expect(await shop.shows()).toMatchObject({ status: 'paid', applied_balance_amount: -30, due_amount: 0 });
    expect(await shop.disagreements()).toEqual([]);
  });
});
