/** Checkouts whose process is lost while its request for money is still on its way to the processor. */
import { randomUUID } from 'node:crypto';
import type { CheckoutId } from '../../billing/ids.ts';
import { checkoutWorkflowId } from '../../billing/workflow-ids.ts';
import { Payment } from '../../db/entities/payment.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import { eventually } from './everything.ts';
import { atTheBank, pay, takenFor } from './paying.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterEach(async () => {
  expect(await running.disagreements(token)).toEqual([]);
});
afterAll(() => running?.close());

const CARD = 'pm_card_visa';
const CHARGES = { method: 'POST', path: '/payment_intents$/' };

async function aCheckout(terms: object = {}) {
  const product = await running.made(token, 'POST', '/v1/products/', {
    name: 'Fern Pro',
    ...terms,
    prices: [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }],
  });
  const opened = await running.made(token, 'POST', '/v1/checkouts/', {
    ...{ products: [product.id], customer_email: `ada-${randomUUID()}@example.com` },
  });
  const id = opened.id as CheckoutId;
  const read = () => running.made(token, 'GET', `/v1/checkouts/${id}`);
  return {
    ...{ id, opened, read },
    pays: (card: string) => pay(running, opened, card),
    becomes: (status: string) => eventually(async () => ((await read()).status === status ? true : undefined)),
    isLost: () => running.temporal.workflow.getHandle(checkoutWorkflowId(id)).terminate('by an operator'),
    taken: () => takenFor(running, id),
    payments: async () => {
      const found = await running.orm.em.fork().find(Payment, { checkout: id }, { orderBy: { attempt: 'asc' } });
      return found.map(({ status }) => status);
    },
  };
}

/** Pay was pressed, and the process is lost with the request for money held back. */
async function lostOnTheWay(match: object = CHARGES) {
  const checkout = await aCheckout();
  await running.sandbox('faults', { kind: 'hold', times: 1, match });
  const first = checkout.pays(CARD);
  await eventually(async () => ((await running.troubles()).held > 0 ? true : undefined));
  await checkout.isLost();
  expect((await first).status).toBe(503);
  return checkout;
}

const letGo = () => running.sandbox('let_go', {});

it('is charged once where the buyer pays anew before the first request arrives', async () => {
  const checkout = await lostOnTheWay();
  expect((await checkout.pays(CARD)).status).toBe(200);
  await letGo();
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[2000], ['failed', 'succeeded']]);
});

it('is charged once where the first request comes after the processor has come to know the customer', async () => {
  const checkout = await lostOnTheWay({ method: 'POST', path: '/v1/customers' });
  expect((await checkout.pays(CARD)).status).toBe(200);
  await letGo();
  await new Promise((passed) => setTimeout(passed, 1_000));
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[2000], ['failed', 'succeeded']]);
});

it('is open again, and charged nothing later, where nobody asks for it', async () => {
  const checkout = await lostOnTheWay();
  await startSweep(running.temporal);
  await checkout.becomes('open');
  await running.temporal.workflow.getHandle(SWEEP).terminate('the test is over');
  await letGo();
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[], ['failed']]);
  expect((await checkout.pays(CARD)).status).toBe(200);
});

it('is paid where the processor is at work on the request: that is waited for', async () => {
  const checkout = await aCheckout();
  await running.sandbox('faults', { kind: 'delay', ms: 4_000, times: 1, match: CHARGES });
  const first = checkout.pays(CARD);
  // Once it has been picked, the fault is spent.
  await eventually(async () => ((await running.troubles()).faults.length === 0 ? true : undefined));
  await checkout.isLost();
  await first;
  await checkout.pays(CARD);
  await checkout.becomes('succeeded');
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[2000], ['succeeded']]);
});

/** As one does whose row was read just before Pay was pressed, or one that an operator has reset to before that. */
async function startsUnknowing(checkoutId: CheckoutId, expiresAt: number): Promise<void> {
  const start = { checkoutId, expiresAt, clockNow: null, underWay: null };
  await running.temporal.workflow.start('checkout', {
    ...{ workflowId: checkoutWorkflowId(checkoutId), taskQueue: BILLING_QUEUE, args: [start] },
  });
}

it('is charged once by a process that was started without knowing of the attempt', async () => {
  const checkout = await lostOnTheWay();
  await startsUnknowing(checkout.id, Date.now() + 60_000);
  expect((await checkout.pays(CARD)).status).toBe(200);
  await letGo();
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[2000], ['failed', 'succeeded']]);
});

it('is charged once where an operator resets its process to its beginning, with which Pay is pressed again', async () => {
  const checkout = await aCheckout();
  await running.sandbox('faults', { kind: 'hold', times: 1, match: CHARGES });
  const first = checkout.pays(CARD);
  await eventually(async () => ((await running.troubles()).held > 0 ? true : undefined));
  const { workflowService, options } = running.temporal;
  const { events = [] } = await running.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id)).fetchHistory();
  const begun = events?.find(({ workflowTaskCompletedEventAttributes: completed }) => completed);
  await workflowService.resetWorkflowExecution({
    ...{ namespace: options.namespace, requestId: randomUUID(), reason: 'by an operator' },
    workflowExecution: { workflowId: checkoutWorkflowId(checkout.id) },
    workflowTaskFinishEventId: begun?.eventId,
  });
  await first;
  await checkout.becomes('succeeded');
  await letGo();
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[2000], ['failed', 'succeeded']]);
});

it('is over, and charged nothing, where such a process ends it', async () => {
  const checkout = await lostOnTheWay();
  await startsUnknowing(checkout.id, Date.now());
  await checkout.becomes('expired');
  await letGo();
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[], ['failed']]);
});

it('leaves nothing at the processor that could still be paid where the bank has refused', async () => {
  const checkout = await aCheckout();
  const asked = await checkout.pays('pm_card_authenticationRequired');
  const secret: string = asked.body.payment_processor_metadata.intent_client_secret;
  await atTheBank(running, secret, 'refuse');
  await checkout.becomes('open');
  const intent = await running.stripe.paymentIntents.retrieve(secret.split('_secret_')[0] ?? '');
  expect([intent.status, await checkout.payments()]).toEqual(['canceled', ['failed']]);
});

it('ends as sold where it is taken up after its delivery, and the subscription lives already', async () => {
  const checkout = await aCheckout({ recurring_interval: 'month' });
  expect((await checkout.pays(CARD)).status).toBe(200);
  const { id: paymentId, processorId } = await running.orm.em.fork().findOneOrFail(Payment, { checkout: checkout.id });
  const underWay = { kind: 'payment', paymentId, intentId: processorId };
  const start = { checkoutId: checkout.id, expiresAt: Date.now() + 60_000, clockNow: null, underWay };
  const process = await running.temporal.workflow.start('checkout', {
    ...{ workflowId: checkoutWorkflowId(checkout.id), taskQueue: BILLING_QUEUE, args: [start] },
  });
  await process.result();
  expect([await checkout.taken(), await checkout.payments()]).toEqual([[2000], ['succeeded']]);
});
