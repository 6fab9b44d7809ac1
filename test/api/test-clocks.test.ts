import { randomUUID } from 'node:crypto';
import type { TestClockId } from '../../billing/ids.ts';
import { subscriptionWorkflowId, testClockWorkflowId } from '../../billing/workflow-ids.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { TestClock } from '../../db/entities/test-clock.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import type { testClock } from '../../workflows/test-clock.ts';
import { type Receiver, startReceiver } from '../webhooks/receiver.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let receiver: Receiver;

beforeAll(async () => {
  [running, receiver] = await Promise.all([startRunning(), startReceiver()]);
});
beforeEach(() => {
  receiver.received.length = 0;
});
afterAll(async () => {
  receiver.close();
  await running.close();
});

const START = '2027-03-01T00:00:00.000Z';

/** A customer on a clock of their own with a monthly subscription and a license key. */
async function aCustomerOnAClock() {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const clock = await make('/v1/test-clocks/', { name: 'A life', frozen_time: START });
  await make('/v1/webhooks/endpoints', {
    url: receiver.url,
    format: 'raw',
    events: [
      ...['subscription.past_due', 'subscription.active', 'order.paid'],
      ...['benefit_grant.created', 'benefit_grant.updated', 'benefit_grant.revoked'],
    ],
  });
  const benefit = await make('/v1/benefits/', { type: 'license_keys', description: 'A key', properties: {} });
  const prices = [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }];
  const product = await make('/v1/products/', { name: 'Fern Pro', recurring_interval: 'month', prices });
  await make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, test_clock_id: clock.id });
  const checkout = await make('/v1/checkouts/', { products: [product.id], customer_id: customer.id });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  const [subscription] = (await running.made(token, 'GET', '/v1/subscriptions/')).items;
  const id: TestClockId = clock.id;
  const show = () => running.made(token, 'GET', `/v1/test-clocks/${id}`);
  const isReady = async () => ((await show()).status === 'ready' ? true : undefined);
  return {
    id,
    token,
    show,
    isReady: () => eventually(isReady),
    process: running.temporal.workflow.getHandle(testClockWorkflowId(id)),
    subscription: async () => running.made(token, 'GET', `/v1/subscriptions/${subscription.id}`),
    /** How the bank answers charges of the customer's card from now on. */
    async cardAnswers(outcome: string): Promise<void> {
      const { stripeId } = await running.orm.em.fork().findOneOrFail(PaymentMethod, { customer: customer.id });
      await running.sandbox(`payment_methods/${stripeId}`, { outcome });
    },
    advance: (to: string) => running.call(token, 'POST', `/v1/test-clocks/${id}/advance`, { frozen_time: to }),
  };
}

describe('an advance over a declined renewal and the retry that succeeds', () => {
  it('tells of all in the order of dates, however late benefits follow', async () => {
    const execute = (sql: string) => running.orm.em.fork().execute(sql);
    await execute(`
      create function dawdle() returns trigger language plpgsql as $$
      begin
        new.next_try_at = now() + interval '1 second';
        return new;
      end $$`);
    await execute(
      `create trigger dawdle before insert on outbox for each row when (new.topic = 'grant') execute function dawdle()`,
    );
    const clock = await aCustomerOnAClock();
    await clock.cardAnswers('insufficient_funds');
    await clock.advance('2027-04-05T00:00:00.000Z');
    await eventually(async () => ((await clock.subscription()).status === 'past_due' ? true : undefined));
    await clock.cardAnswers('succeed');
    await clock.isReady();
    await execute('drop trigger dawdle on outbox');

    expect((await clock.subscription()).status).toBe('active');
    const told = receiver.received.map(({ body }) => JSON.parse(body));
    expect(told.map(({ type, timestamp }) => [timestamp.slice(0, 10), type])).toEqual([
      ['2027-03-01', 'subscription.active'],
      ['2027-03-01', 'order.paid'],
      ['2027-03-01', 'benefit_grant.created'],
      ['2027-04-01', 'subscription.past_due'],
      ['2027-04-01', 'benefit_grant.revoked'],
      ['2027-04-03', 'subscription.active'],
      ['2027-04-03', 'order.paid'],
      ['2027-04-03', 'benefit_grant.updated'],
    ]);
  });
});

describe('an advance', () => {
  it("waits for nothing of others': neither their outbox rows nor what fails for them", async () => {
    const clock = await aCustomerOnAClock();
    await running.orm.em.fork().execute(
      `insert into outbox (topic, subject_id, next_try_at)
       select topic, gen_random_uuid(), now() + interval '1 hour' from unnest(array['grant', 'webhooks']) as topic`,
    );
    expect((await clock.advance('2027-03-02T00:00:00.000Z')).status).toBe(200);
    await clock.isReady();
    await running.orm.em.fork().execute(`delete from outbox where next_try_at > now() + interval '30 minutes'`);
  });

  it('is refused while another is under way, and taken up again when its process was lost', async () => {
    const clock = await aCustomerOnAClock();
    const match = { method: 'POST', path: '/v1/payment_intents' };
    await running.sandbox('faults', { kind: 'delay', ms: 3_000, times: 1, match });
    expect((await clock.advance('2027-04-01T00:00:00.000Z')).status).toBe(200);
    expect((await clock.advance('2027-05-01T00:00:00.000Z')).status).toBe(409);
    expect((await running.call(clock.token, 'DELETE', `/v1/test-clocks/${clock.id}`)).status).toBe(409);
    await clock.process.terminate('by an operator');
    expect(await clock.show()).toMatchObject({ status: 'advancing' });

    expect((await clock.advance('2027-05-01T00:00:00.000Z')).status).toBe(200);
    await clock.isReady();
    expect(await clock.show()).toMatchObject({ frozen_time: '2027-05-01T00:00:00.000Z' });
    expect(await clock.subscription()).toMatchObject({ current_period_end: '2027-06-01T00:00:00.000Z' });
    await clock.process.terminate('by an operator');
    await running.orm.em.fork().nativeUpdate(TestClock, clock.id, { status: 'advancing' });
    expect((await running.call(clock.token, 'DELETE', `/v1/test-clocks/${clock.id}`)).status).toBe(204);
  });

  it('brings a subscription back whose process was lost', async () => {
    const clock = await aCustomerOnAClock();
    const { id } = await clock.subscription();
    await running.temporal.workflow.getHandle(subscriptionWorkflowId(id)).terminate('by an operator');
    await clock.advance('2027-04-02T00:00:00.000Z');
    await clock.isReady();
    expect(await clock.subscription()).toMatchObject({ current_period_end: '2027-05-01T00:00:00.000Z' });
  });

  it('goes on in a new run where it was in the one before', async () => {
    const clock = await aCustomerOnAClock();
    const target = Date.UTC(2027, 5, 15);
    await running.orm.em.fork().nativeUpdate(TestClock, clock.id, { status: 'advancing' });
    await running.temporal.workflow.start<typeof testClock>('testClock', {
      workflowId: testClockWorkflowId(clock.id),
      taskQueue: BILLING_QUEUE,
      args: [{ clockId: clock.id, now: Date.UTC(2027, 2, 1), underWay: { target, isPatient: true } }],
    });
    await clock.isReady();
    expect(await clock.show()).toMatchObject({ frozen_time: '2027-06-15T00:00:00.000Z' });
    expect(await clock.subscription()).toMatchObject({ current_period_end: '2027-07-01T00:00:00.000Z' });
  });
});
