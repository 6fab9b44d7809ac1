/** What the portal says of an order that is not paid: it waits for the customer's bank, is being charged, or has failed. */
import { bank } from '../sandbox/sandboxed.ts';
import { boughtAt } from './changing.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const ORDERS = '/v1/customer-portal/orders/';

async function inPortal() {
  const sub = await boughtAt(running);
  const session = await running.made(sub.token, 'POST', '/v1/customer-sessions/', { customer_id: sub.customer.id });
  const mine = (method: string, path: string, body?: unknown) => running.call(session.token, method, path, body);
  return {
    ...sub,
    mine,
    /** The newest, from the list and by itself, which must say the same. */
    async newest() {
      const [order] = (await mine('GET', ORDERS)).body.items;
      const alone = (await mine('GET', ORDERS + order.id)).body;
      if (alone.modified_at === order.modified_at) expect(alone).toEqual(order);
      return order;
    },
  };
}

it('waits for the bank: with what leads there, and without what pays it', async () => {
  const sub = await inPortal();
  await running.made(sub.token, 'PATCH', `/v1/organizations/${sub.organization.id}`, {
    customer_portal_settings: { usage: { show: true }, subscription: { update_plan: true, update_seats: true } },
    subscription_settings: { ...sub.organization.subscription_settings, proration_behavior: 'invoice' },
  });
  const pro = await sub.monthly('Fern Pro', 2000);
  await sub.lives('2027-04-16T00:00:00.000Z');
  await sub.cardAnswers('authentication_required');
  expect(await sub.newest()).toMatchObject({ status: 'paid', payment_under_way: null });
  const subscription = `/v1/customer-portal/subscriptions/${sub.id}`;
  const asked = await sub.mine('PATCH', subscription, { product_id: pro.id });
  const [intent] = asked.body.client_secret.split('_secret_');
  const order = await sub.newest();
  const way = { payment_intent_id: intent, approve_by: '2027-04-16T01:00:00.000Z' };
  expect(order).toMatchObject({ status: 'pending', subscription_id: sub.id, payment_under_way: way });
  expect(JSON.stringify(order)).not.toContain('_secret');
  const { items } = await running.made(sub.token, 'GET', `/v1/orders/?customer_id=${sub.customer.id}`);
  expect(JSON.stringify(items)).not.toContain(intent);

  const { next_action: action } = await running.stripe.paymentIntents.retrieve(intent);
  await bank(action?.redirect_to_url?.url, 'approve');
  const confirm = { payment_intent_id: order.payment_under_way.payment_intent_id };
  expect((await sub.mine('POST', `${subscription}/confirm-change`, confirm)).body.status).toBe('succeeded');
  expect(await sub.newest()).toMatchObject({ id: order.id, status: 'paid', payment_under_way: null });
});

it('is being charged: there is nothing to be done about it; declined, it is tried again', async () => {
  const sub = await inPortal();
  await sub.cardAnswers('insufficient_funds');
  const match = { method: 'POST', path: '/v1/payment_intents' };
  await running.sandbox('faults', { match, kind: 'delay', ms: 4000, times: 1 });
  await sub.advance('2027-05-01T00:00:00.000Z');
  const charged = await eventually(async () => {
    const order = await sub.newest();
    return order.status === 'pending' ? order : undefined;
  });
  expect(charged).toMatchObject({
    next_payment_attempt_at: null,
    payment_under_way: { payment_intent_id: null, approve_by: null },
  });
  await eventually(sub.isReady);
  const declined = await sub.newest();
  expect(declined).toMatchObject({ id: charged.id, status: 'pending', payment_under_way: null });
  expect(declined.next_payment_attempt_at).not.toBeNull();
});
