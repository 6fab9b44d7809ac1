/** What a customer's balance pays at checkouts: as it was shown, once, and to whom it belongs. */
import { randomUUID } from 'node:crypto';
import { checkoutWorkflowId } from '../../billing/workflow-ids.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { eventually } from './everything.ts';
import { atTheBank, pay, takenFor } from './paying.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running?.close());

const CARD = 'pm_card_visa';
const ASKS = 'pm_card_authenticationRequired';

/** A shop that sells a book for $20 and a plan for $20 a month, and a customer with a balance there. */
async function shop(balance: number) {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, external_id: randomUUID() });
  const prices = [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }];
  const book = await make('/v1/products/', { name: 'Fern Book', prices });
  const plan = await make('/v1/products/', { name: 'Fern Pro', recurring_interval: 'month', prices });
  const balances = `/v1/customers/${customer.id}/balances`;
  const give = (amount: number) =>
    make(balances, { currency: 'usd', amount, reason: 'Thanks', idempotency_key: randomUUID() });
  if (balance !== 0) await give(balance);
  return {
    ...{ token, make, email, customer, book, plan, give },
    balance: async () => (await running.made(token, 'GET', balances)).items[0]?.amount,
    opens: (terms: object = {}) => make('/v1/checkouts/', { products: [book.id], customer_id: customer.id, ...terms }),
    read: (id: string) => running.made(token, 'GET', `/v1/checkouts/${id}`),
    orders: async () => (await running.made(token, 'GET', `/v1/orders/?customer_id=${customer.id}`)).items,
    disagreements: () => running.disagreements(token),
  };
}

const becomes = (at: Awaited<ReturnType<typeof shop>>, id: string, status: string) =>
  eventually(async () => ((await at.read(id)).status === status ? true : undefined));

it('pays its part, and the card the rest', async () => {
  const at = await shop(500);
  const checkout = await at.opens();
  const shown = { total_amount: 2000, applied_balance_amount: -500, due_amount: 1500, is_payment_required: true };
  expect(checkout).toMatchObject(shown);
  const page = await running.made(null, 'GET', `/v1/checkouts/client/${checkout.client_secret}`);
  expect(page).toMatchObject(shown);
  expect(await at.balance()).toBe(500);
  expect((await pay(running, checkout, CARD)).status).toBe(200);
  expect(await takenFor(running, checkout.id)).toEqual([1500]);
  expect(await at.orders()).toMatchObject([
    { status: 'paid', total_amount: 2000, applied_balance_amount: -500, due_amount: 0, billing_reason: 'purchase' },
  ]);
  expect(await at.balance()).toBe(0);
  expect(await at.disagreements()).toEqual([]);
});

it('pays all of what is sold once, and no card is asked for', async () => {
  const at = await shop(2500);
  const checkout = await at.opens({ customer_id: undefined, external_customer_id: at.customer.external_id });
  expect(checkout).toMatchObject({ due_amount: 0, is_payment_required: false, is_payment_form_required: false });
  expect((await pay(running, checkout, null)).status).toBe(200);
  expect(await at.orders()).toMatchObject([{ status: 'paid', applied_balance_amount: -2000 }]);
  expect([await takenFor(running, checkout.id), await at.balance()]).toEqual([[], 500]);
  expect(await at.disagreements()).toEqual([]);
});

it('pays the first period of a plan, whose card is kept for the next', async () => {
  const at = await shop(2500);
  const checkout = await at.opens({ products: [at.plan.id] });
  const asked = { is_payment_required: false, is_payment_setup_required: true, is_payment_form_required: true };
  expect(checkout).toMatchObject({ due_amount: 0, ...asked });
  expect((await pay(running, checkout, null)).status).toBe(422);
  expect((await pay(running, checkout, CARD)).status).toBe(200);
  expect(await at.orders()).toMatchObject([
    { status: 'paid', applied_balance_amount: -2000, subscription: { status: 'active' } },
  ]);
  const { items } = await running.made(at.token, 'GET', `/v1/customers/${at.customer.id}/payment-methods`);
  expect(items).toHaveLength(1);
  expect([await takenFor(running, checkout.id), await at.balance()]).toEqual([[], 500]);
  expect(await at.disagreements()).toEqual([]);
});

it('leaves nothing too small to be charged: the customer owes that', async () => {
  const at = await shop(1980);
  const checkout = await at.opens();
  expect(checkout).toMatchObject({ applied_balance_amount: -2000, due_amount: 0 });
  expect((await pay(running, checkout, null)).status).toBe(200);
  expect(await at.balance()).toBe(-20);
  // What is owed is asked for by the next renewal, and by no checkout.
  expect(await at.opens()).toMatchObject({ applied_balance_amount: 0, due_amount: 2000 });
  expect(await at.disagreements()).toEqual([]);
});

it('waits for the first charge where a trial comes first, and pays nothing in another currency', async () => {
  const at = await shop(500);
  const trial = { trial_interval: 'day', trial_interval_count: 14 };
  expect(await at.opens({ products: [at.plan.id], ...trial })).toMatchObject({
    applied_balance_amount: 0,
    due_amount: 0,
  });
  const prices = ['usd', 'eur'].map((price_currency) => ({ amount_type: 'fixed', price_amount: 900, price_currency }));
  const both = await at.make('/v1/products/', { name: 'Fern Card', prices });
  const inEuro = await at.opens({ products: [both.id], currency: 'eur' });
  expect(inEuro).toMatchObject({ applied_balance_amount: 0, due_amount: 900 });
});

it('follows what is chosen, and a discount', async () => {
  const at = await shop(1700);
  const checkout = await at.opens({ products: [at.plan.id, at.book.id] });
  expect(checkout).toMatchObject({ applied_balance_amount: -1700, due_amount: 300 });
  const path = `/v1/checkouts/client/${checkout.client_secret}`;
  const half = { name: 'Half', code: 'HALF', type: 'percentage', basis_points: 5000, duration: 'once' };
  await at.make('/v1/discounts/', half);
  const changed = await running.made(null, 'PATCH', path, { product_id: at.book.id, discount_code: 'HALF' });
  expect(changed).toMatchObject({ total_amount: 1000, applied_balance_amount: -1000, due_amount: 0 });
  expect((await pay(running, checkout, null)).status).toBe(200);
  expect(await at.balance()).toBe(700);
  expect(await at.disagreements()).toEqual([]);
});

it('is not shown to, nor used by, who only names the address', async () => {
  const at = await shop(2500);
  for (const customer_email of [at.email, undefined]) {
    const checkout = await at.opens({ customer_id: undefined, customer_email });
    expect(checkout).toMatchObject({ applied_balance_amount: 0, due_amount: 2000 });
    const declined = await pay(running, checkout, 'pm_card_chargeDeclined', { customer_email: at.email });
    expect(declined).toMatchObject({ status: 400, body: { error: 'PaymentError' } });
    expect(await at.read(checkout.id)).toMatchObject({ customer_id: at.customer.id, applied_balance_amount: 0 });
    const paid = await pay(running, checkout, CARD, { customer_email: at.email });
    expect(paid).toMatchObject({ status: 200, body: { applied_balance_amount: 0, due_amount: 2000 } });
    expect(await takenFor(running, checkout.id)).toEqual([2000]);
  }
  expect(await at.balance()).toBe(2500);
  expect(await at.disagreements()).toEqual([]);
});

it('is there again where the card is declined, as often as that is', async () => {
  const at = await shop(500);
  const checkout = await at.opens();
  for (let tries = 0; tries < 2; tries += 1) {
    expect((await pay(running, checkout, 'pm_card_chargeDeclined')).status).toBe(400);
    expect(await at.balance()).toBe(500);
    expect(await at.read(checkout.id)).toMatchObject({ status: 'open', due_amount: 1500 });
  }
  expect((await pay(running, checkout, CARD)).status).toBe(200);
  expect([await takenFor(running, checkout.id), await at.balance()]).toEqual([[1500], 0]);
  expect(await at.disagreements()).toEqual([]);
});

it('is paid with only as it was shown: where it is another one by now, nothing is charged', async () => {
  const at = await shop(500);
  const checkout = await at.opens();
  await at.give(300);
  const refused = { status: 422, body: { detail: [{ loc: ['body'], type: 'total_changed' }] } };
  expect(await pay(running, checkout, CARD)).toMatchObject(refused);
  expect(await at.read(checkout.id)).toMatchObject({ status: 'open', due_amount: 1200 });
  await at.give(-800);
  expect(await pay(running, checkout, CARD)).toMatchObject(refused);
  expect(await at.read(checkout.id)).toMatchObject({ status: 'open', due_amount: 2000 });
  expect((await pay(running, checkout, CARD)).status).toBe(200);
  expect(await takenFor(running, checkout.id)).toEqual([2000]);
  expect(await at.disagreements()).toEqual([]);
});

it('pays one of two checkouts that are paid at once', async () => {
  const at = await shop(2000);
  const checkouts = await Promise.all([at.opens(), at.opens()]);
  expect(checkouts.map(({ due_amount }) => due_amount)).toEqual([0, 0]);
  const replies = await Promise.all(checkouts.map((checkout) => pay(running, checkout, null)));
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 422]);
  expect([(await at.orders()).length, await at.balance()]).toEqual([1, 0]);
  expect(await at.disagreements()).toEqual([]);
});

it('pays a checkout or a renewal where both come at once, and not both', async () => {
  const at = await shop(0);
  const clock = await at.make('/v1/test-clocks/', { name: 'Both', frozen_time: '2031-03-01T00:00:00Z' });
  const customer = await at.make('/v1/customers/', {
    ...{ email: `bo-${randomUUID()}@example.com`, test_clock_id: clock.id },
  });
  const opens = (product: { id: string }) =>
    at.make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  expect((await pay(running, await opens(at.plan), CARD)).status).toBe(200);
  const rested = async () => {
    const { status } = await running.made(at.token, 'GET', `/v1/test-clocks/${clock.id}`);
    return status === 'ready' ? true : undefined;
  };
  const advance = (frozen_time: string) => at.make(`/v1/test-clocks/${clock.id}/advance`, { frozen_time });
  await advance('2031-03-31T23:00:00Z');
  await eventually(rested);
  const balances = `/v1/customers/${customer.id}/balances`;
  await at.make(balances, { currency: 'usd', amount: 500, reason: 'Thanks', idempotency_key: randomUUID() });
  const checkout = await opens(at.book);
  const [paid] = await Promise.all([pay(running, checkout, CARD), advance('2031-04-01T00:00:10Z')]);
  await eventually(rested);
  expect([200, 422]).toContain(paid.status);
  const { items } = await running.made(at.token, 'GET', `/v1/orders/?customer_id=${customer.id}`);
  const applied = items.map((order: { applied_balance_amount: number }) => order.applied_balance_amount);
  expect(applied.filter((amount: number) => amount !== 0)).toEqual([-500]);
  expect((await running.made(at.token, 'GET', balances)).items).toMatchObject([{ amount: 0 }]);
  expect(await at.disagreements()).toEqual([]);
});

describe('while the buyer is at their bank', () => {
  it('is held: nobody else can use it', async () => {
    const at = await shop(500);
    const checkout = await at.opens();
    const asked = await pay(running, checkout, ASKS);
    expect(await at.balance()).toBe(0);
    expect(await at.opens()).toMatchObject({ applied_balance_amount: 0 });
    expect(await at.disagreements()).toEqual([]);
    await atTheBank(running, asked.body.payment_processor_metadata.intent_client_secret, 'approve');
    await becomes(at, checkout.id, 'succeeded');
    expect(await takenFor(running, checkout.id)).toEqual([1500]);
    expect(await at.orders()).toMatchObject([{ status: 'paid', applied_balance_amount: -500 }]);
    expect(await at.disagreements()).toEqual([]);
  });

  it('is there for the next card, given instead of an answer at the bank', async () => {
    const at = await shop(500);
    const checkout = await at.opens();
    expect((await pay(running, checkout, ASKS)).status).toBe(200);
    expect((await pay(running, checkout, CARD)).status).toBe(200);
    expect([await takenFor(running, checkout.id), await at.balance()]).toEqual([[1500], 0]);
    expect(await at.disagreements()).toEqual([]);
  });

  it('is compared with what was shown before another card is charged', async () => {
    const at = await shop(500);
    const checkout = await at.opens();
    expect((await pay(running, checkout, ASKS)).status).toBe(200);
    await at.give(300);
    const second = await pay(running, checkout, CARD);
    expect([second.status, second.body.detail[0].type]).toEqual([422, 'total_changed']);
    expect(await at.read(checkout.id)).toMatchObject({ status: 'open', due_amount: 1200 });
    expect(await at.balance()).toBe(800);
    expect((await pay(running, checkout, CARD)).status).toBe(200);
    expect([await takenFor(running, checkout.id), await at.balance()]).toEqual([[1200], 0]);
    expect(await at.disagreements()).toEqual([]);
  });

  it('is there again once the bank refuses', async () => {
    const at = await shop(500);
    const checkout = await at.opens();
    const asked = await pay(running, checkout, ASKS);
    await atTheBank(running, asked.body.payment_processor_metadata.intent_client_secret, 'refuse');
    await becomes(at, checkout.id, 'open');
    expect([await at.balance(), (await at.read(checkout.id)).due_amount]).toEqual([500, 1500]);
    expect(await at.disagreements()).toEqual([]);
  });

  it('is there again once the checkout expires', async () => {
    const at = await shop(500);
    const checkout = await at.opens();
    await pay(running, checkout, ASKS);
    await running.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id)).executeUpdate('expireNow');
    await becomes(at, checkout.id, 'expired');
    expect(await at.balance()).toBe(500);
    expect(await at.disagreements()).toEqual([]);
  });

  it('goes into the order though the process was lost', async () => {
    const at = await shop(500);
    const checkout = await at.opens();
    const asked = await pay(running, checkout, ASKS);
    await running.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id)).terminate('lost');
    await atTheBank(running, asked.body.payment_processor_metadata.intent_client_secret, 'approve');
    await pay(running, checkout, CARD);
    await becomes(at, checkout.id, 'succeeded');
    expect([await takenFor(running, checkout.id), await at.balance()]).toEqual([[1500], 0]);
    expect(await at.disagreements()).toEqual([]);
  });
});

it('is taken once though the process was lost between the charge and its answer', async () => {
  const at = await shop(500);
  const checkout = await at.opens();
  const match = { method: 'POST', path: '/v1/payment_intents' };
  await running.sandbox('faults', { match, kind: 'timeout_after', ms: 4000, times: 1 });
  const first = pay(running, checkout, CARD);
  await eventually(async () => ((await takenFor(running, checkout.id)).length > 0 ? true : undefined));
  await running.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id)).terminate('lost');
  await first;
  await startSweep(running.temporal);
  await pay(running, checkout, CARD);
  await becomes(at, checkout.id, 'succeeded');
  await running.temporal.workflow.getHandle(SWEEP).terminate('the test is over');
  expect([await takenFor(running, checkout.id), await at.balance()]).toEqual([[1500], 0]);
  expect(await at.disagreements()).toEqual([]);
});

it('pays for a free subscription that becomes a paid one', async () => {
  const at = await shop(500);
  const prices = [{ amount_type: 'free', price_currency: 'usd' }];
  const free = await at.make('/v1/products/', { name: 'Fern Free', recurring_interval: 'month', prices });
  expect((await pay(running, await at.opens({ products: [free.id] }), null)).status).toBe(200);
  const [{ subscription_id }] = await at.orders();
  const upgrade = await at.opens({ products: [at.plan.id], subscription_id });
  expect(upgrade).toMatchObject({ applied_balance_amount: -500, due_amount: 1500 });
  expect((await pay(running, upgrade, CARD)).status).toBe(200);
  expect(await takenFor(running, upgrade.id)).toEqual([1500]);
  const order = (await at.orders()).find(({ total_amount }: { total_amount: number }) => total_amount === 2000);
  expect(order).toMatchObject({ billing_reason: 'subscription_update', status: 'paid', applied_balance_amount: -500 });
  expect(await at.disagreements()).toEqual([]);
});

it('pays a checkout that a signed-in customer has opened by a link', async () => {
  const at = await shop(500);
  const link = await at.make('/v1/checkout-links/', { products: [at.book.id] });
  const { token } = await at.make('/v1/customer-sessions/', { customer_id: at.customer.id });
  const opens = async (query: string) => {
    const response = await fetch(`${running.api}${new URL(link.url).pathname}?${query}`, {
      headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' },
      redirect: 'manual',
    });
    const secret = new URL(response.headers.get('location') ?? '').pathname.split('/').at(-1);
    return running.made(null, 'GET', `/v1/checkouts/client/${secret}`);
  };
  expect(await opens(`customer_session_token=${token}`)).toMatchObject({ due_amount: 1500 });
  expect(await opens(`customer_email=${encodeURIComponent(at.email)}`)).toMatchObject({ due_amount: 2000 });
});
