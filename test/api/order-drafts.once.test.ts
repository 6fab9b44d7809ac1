/** Orders that the merchant writes are charged once, whatever is pressed or lost, and what the balance pays of them too. */
import { randomUUID } from 'node:crypto';
import { openOrderPayment } from '../../activities/orders/finalize.ts';
import type { PaymentId } from '../../billing/ids.ts';
import { orderWorkflowId } from '../../billing/workflow-ids.ts';
import { Payment } from '../../db/entities/payment.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { type Drafts, draftsOf } from './drafting.ts';
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

describe('charges once', () => {
  it('though it is finalized five times at once', async () => {
    const order = await drafts.aDraft();
    const replies = await Promise.all(Array.from({ length: 5 }, () => drafts.finalize(order.id)));
    expect(replies.some(({ status }) => status === 200)).toBe(true);
    expect(replies.every(({ status }) => status === 200 || status === 412)).toBe(true);
    expect(await drafts.taken(order.id)).toHaveLength(1);
    expect(await running.orm.em.fork().count(Payment, { order: order.id })).toBe(1);
  });

  it('asks a card that declines once for a button that is pressed twice', async () => {
    const order = await drafts.aDraft({ customer_id: (await drafts.aCustomer('pm_card_chargeCustomerFail')).id });
    await running.sandbox('faults', {
      match: { method: 'POST', path: '/v1/payment_intents' },
      kind: 'delay',
      ms: 1500,
      times: 1,
    });
    const replies = await Promise.all([drafts.finalize(order.id), drafts.finalize(order.id)]);
    expect(replies.map(({ status }) => status)).toEqual([402, 402]);
    expect(await running.orm.em.fork().count(Payment, { order: order.id })).toBe(1);
  });

  it('though the processor charges, breaks, and repeats that it broke', async () => {
    const order = await drafts.aDraft();
    await running.sandbox('faults', {
      match: { method: 'POST', path: '/v1/payment_intents' },
      ...{ kind: 'error', status: 500, saved: true, after: true, times: 1 },
    });
    expect((await drafts.finalize(order.id)).body.status).toBe('paid');
    expect(await drafts.taken(order.id)).toHaveLength(1);
  });

  it('though its process is lost between the charge and its answer', async () => {
    const { order, first } = await drafts.lostAfterTheCharge();
    expect((await first).status).toBe(503);
    expect((await drafts.finalize(order.id)).body.status).toBe('paid');
    expect(await drafts.taken(order.id)).toHaveLength(1);
  });

  it('though its process is lost in the middle and nobody asks again', async () => {
    const { order, first } = await drafts.lostAfterTheCharge();
    await first;
    await startSweep(running.temporal);
    await eventually(async () => ((await drafts.read(order.id)).status === 'paid' ? true : undefined));
    await running.temporal.workflow.getHandle(SWEEP).terminate('the test is over');
  });

  it('wherever its process is lost, again and again', async () => {
    const customer = await drafts.aCustomer();
    const product = await drafts.aProduct();
    for (let delay = 0; delay < 200; delay += 20) {
      const order = await drafts.aDraft({ customer_id: customer.id, product_id: product.id });
      const first = drafts.finalize(order.id);
      await new Promise((passed) => setTimeout(passed, delay));
      await running.temporal.workflow
        .getHandle(orderWorkflowId(order.id))
        .terminate('lost')
        .catch(() => undefined);
      await first;
      expect([200, 412]).toContain((await drafts.finalize(order.id)).status);
      expect((await drafts.read(order.id)).status).toBe('paid');
      expect(await drafts.taken(order.id)).toHaveLength(1);
    }
  });
});

describe('a balance', () => {
  const gives = (customer: string, amount: number, type = 'billing') =>
    drafts.make(`/v1/customers/${customer}/balances`, {
      ...{ type, currency: 'usd', amount, reason: 'Thanks', idempotency_key: randomUUID() },
    });
  const has = async (customer: string) =>
    (await running.made(drafts.token, 'GET', `/v1/customers/${customer}/balances`)).items[0].amount;

  it('pays for some of a draft, and the card for the rest', async () => {
    const customer = await drafts.aCustomer();
    await gives(customer.id, 1200);
    const order = await drafts.aDraft({ customer_id: customer.id });
    expect((await drafts.finalize(order.id)).body).toMatchObject({ status: 'paid', applied_balance_amount: -1200 });
    expect((await drafts.taken(order.id)).map(({ amount }) => amount)).toEqual([800]);
    expect(await has(customer.id)).toBe(0);
  });

  it('pays for all of it without a card, and not by what is for usage', async () => {
    const customer = await drafts.aCustomer(null);
    await gives(customer.id, 5000, 'usage');
    const order = await drafts.aDraft({ customer_id: customer.id });
    expect((await drafts.finalize(order.id)).status).toBe(402);
    await gives(customer.id, 2000);
    expect((await drafts.finalize(order.id)).body).toMatchObject({ status: 'paid', applied_balance_amount: -2000 });
    expect(await has(customer.id)).toBe(0);
  });

  it('pays for all of it in one step, of which nothing is left to do for a process that is lost', async () => {
    const customer = await drafts.aCustomer(null);
    await gives(customer.id, 2000);
    const order = await drafts.aDraft({ customer_id: customer.id });
    const { orm, stripe, temporal, services } = running;
    const deps = { ...{ orm, stripe, temporal }, environment: services.environment, taxes: services.taxes };
    const at = Date.now();
    const step = { orderId: order.id, paymentId: randomUUID() as PaymentId, paymentMethodId: null, at, begunAt: at };
    for (const _try of [1, 2]) expect(await openOrderPayment(deps, step)).toEqual({ kind: 'free' });
    expect(await drafts.read(order.id)).toMatchObject({ status: 'paid', applied_balance_amount: -2000 });
    expect([await has(customer.id), await drafts.taken(order.id)]).toEqual([0, []]);
  });

  it('is there again where the card is declined, each time', async () => {
    const customer = await drafts.aCustomer('pm_card_chargeCustomerFail');
    await gives(customer.id, 1200);
    const order = await drafts.aDraft({ customer_id: customer.id });
    expect((await drafts.finalize(order.id)).status).toBe(402);
    expect((await drafts.finalize(order.id)).status).toBe(402);
    expect([await has(customer.id), (await drafts.read(order.id)).applied_balance_amount]).toEqual([1200, 0]);
    await drafts.addCard(customer.id, 'pm_card_visa');
    expect((await drafts.finalize(order.id)).body).toMatchObject({ status: 'paid', applied_balance_amount: -1200 });
  });

  it('pays once where a draft’s process is lost after its charge', async () => {
    const customer = await drafts.aCustomer();
    await gives(customer.id, 1200);
    const order = await drafts.aDraft({ customer_id: customer.id });
    const match = { method: 'POST', path: '/v1/payment_intents' };
    await running.sandbox('faults', { match, kind: 'timeout_after', ms: 4000, times: 1 });
    const first = drafts.finalize(order.id);
    await eventually(async () => ((await drafts.taken(order.id)).length > 0 ? true : undefined));
    await running.temporal.workflow.getHandle(orderWorkflowId(order.id)).terminate('lost');
    await first;
    await drafts.finalize(order.id);
    expect(await drafts.read(order.id)).toMatchObject({ status: 'paid', applied_balance_amount: -1200 });
    expect((await drafts.taken(order.id)).map(({ amount }) => amount)).toEqual([800]);
    expect(await has(customer.id)).toBe(0);
  });
});
