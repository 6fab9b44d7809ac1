/** What is told, and what is booked, where something else happens in the same moment or a moment later. */
import Stripe from 'stripe';
import type { OrderId, PaymentId } from '../../billing/ids.ts';
import { LedgerEntry } from '../../db/entities/ledger.ts';
import { Order } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { WebhookEvent } from '../../db/entities/webhook.ts';
import { eventually, oneOfEach } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
});
afterAll(() => running.close());

it('an order that is edited while it is being paid is told of as paid', async () => {
  const { order } = await oneOfEach(running, token);
  const events = ['order.updated'];
  await running.made(token, 'POST', '/v1/webhooks/endpoints', {
    url: 'http://127.0.0.1:9/never',
    format: 'raw',
    events,
  });
  const id = order.id as OrderId;
  await running.orm.em.fork().nativeUpdate(Order, id, { status: 'pending' });

  const paying = running.orm.em.fork();
  await paying.begin();
  await paying.nativeUpdate(Order, id, { status: 'paid' });
  const edited = running.made(token, 'PATCH', `/v1/orders/${id}`, { billing_name: 'Ada Example' });
  await new Promise((passed) => setTimeout(passed, 300));
  await paying.commit();

  expect(await edited).toMatchObject({ status: 'paid', billing_name: 'Ada Example' });
  const told = await running.orm.em.fork().findOneOrFail(WebhookEvent, { type: 'order.updated' });
  expect(JSON.parse(told.payload ?? '').data).toMatchObject({ status: 'paid', billing_name: 'Ada Example' });
});

it('a fee that the processor says later is booked as soon as it says so', async () => {
  const { token: merchant } = await running.aMerchant();
  await running.sandbox('fees', { withheld: true });
  const { payment } = await oneOfEach(running, merchant);
  const id = payment.id as PaymentId;
  const fee = async () => (await running.orm.em.fork().findOneOrFail(Payment, id)).processorFee ?? null;
  await eventually(async () => {
    for await (const { workflowId } of running.temporal.workflow.list({ query: `WorkflowId = "fee/${id}"` })) {
      return workflowId;
    }
    return undefined;
  });
  expect(await fee()).toBeNull();

  await running.sandbox('fees', { withheld: false });
  const { data } = await running.stripe.events.list({ type: 'charge.updated' });
  const payload = JSON.stringify(data[0]);
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_example' });
  const heard = await fetch(`${running.api}/v1/integrations/stripe/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': signature },
    body: payload,
  });
  expect(heard.status).toBe(200);
  expect(await eventually(async () => (await fee()) ?? undefined)).toBe(88);
  const booked = await running.orm.em
    .fork()
    .find(LedgerEntry, { account: 'processor_fees', transaction: { sourceId: id } });
  expect(booked.map(({ amount }) => amount)).toEqual([88]);
});
