/** What a checkout holds of a balance, where everything stops between the holding and the charge. */
import { randomUUID } from 'node:crypto';
import { prepareCheckout } from '../../activities/checkouts/prepare.ts';
import type { CheckoutId, PaymentId } from '../../billing/ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running?.close());

/** A book for $20, of which a balance of $5 pays its part: held, for an attempt of which the processor never heard. */
async function held() {
  const { token } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const customer = await make('/v1/customers/', { email: `ada-${randomUUID()}@example.com` });
  const prices = [{ amount_type: 'fixed', price_amount: 2000, price_currency: 'usd' }];
  const book = await make('/v1/products/', { name: 'Fern Book', prices });
  const balances = `/v1/customers/${customer.id}/balances`;
  await make(balances, { currency: 'usd', amount: 500, reason: 'Thanks', idempotency_key: randomUUID() });
  const checkout = await make('/v1/checkouts/', { products: [book.id], customer_id: customer.id });
  const { orm, stripe, temporal, services } = running;
  const deps = { orm, stripe, temporal, taxes: tableOfTaxes, environment: services.environment };
  const attempt = { attemptId: randomUUID() as PaymentId, hasCard: true, at: Date.now() };
  const prepares = () => prepareCheckout(deps, { checkoutId: checkout.id as CheckoutId, ...attempt });
  const both = await Promise.all([prepares(), prepares()]);
  expect(both.map(({ kind }) => kind)).toEqual(['payment', 'payment']);
  const balance = async () => (await running.made(token, 'GET', balances)).items[0]?.amount;
  expect(await balance()).toBe(0);
  const read = () => running.made(token, 'GET', `/v1/checkouts/${checkout.id}`);
  return {
    ...{ checkout, balance, read },
    becomes: (status: string) => eventually(async () => ((await read()).status === status ? true : undefined)),
    charged: async () => {
      const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
      return data.filter(({ metadata }) => metadata['checkout_id'] === checkout.id).map(({ amount }) => amount);
    },
    disagreements: () => running.disagreements(token),
  };
}

it('is there again, once, where the checkout’s time is over before anyone comes back', async () => {
  const at = await held();
  await running.orm.em.fork().nativeUpdate(Checkout, at.checkout.id, { expiresAt: new Date(Date.now() - 1_000) });
  await Promise.all([startSweep(running.temporal), startSweep(running.temporal)]);
  await at.becomes('expired');
  await running.temporal.workflow.getHandle(SWEEP).terminate('the test is over');
  expect([await at.charged(), await at.balance()]).toEqual([[], 500]);
  expect(await at.disagreements()).toEqual([]);
});

it('is held once more, and no more, where the buyer presses Pay again', async () => {
  const at = await held();
  const confirm = `/v1/checkouts/client/${at.checkout.client_secret}/confirm`;
  const { status } = await running.call(null, 'POST', confirm, { confirmation_token_id: await running.aCard() });
  expect(status).toBe(200);
  await at.becomes('succeeded');
  expect([await at.charged(), await at.balance()]).toEqual([[1500], 0]);
  expect(await at.disagreements()).toEqual([]);
});
