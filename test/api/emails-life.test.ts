/** What a customer is written over a life with all that can happen in it, and what an organization's switches do. */
import type { CustomerId } from '../../billing/ids.ts';
import { Email } from '../../db/entities/email.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { boughtAt } from './changing.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

type Bought = Awaited<ReturnType<typeof boughtAt>>;

const lettersTo = (bought: Bought) =>
  running.orm.em.fork().find(Email, { customer: bought.customer.id as CustomerId }, { orderBy: { position: 'asc' } });

/** "2027-05-01 Your subscription …". */
async function told(bought: Bought): Promise<string[]> {
  return (await lettersTo(bought)).map(
    ({ createdAt, subject }) => `${createdAt.toISOString().slice(0, 10)} ${subject}`,
  );
}

async function newest(bought: Bought): Promise<string> {
  return (await lettersTo(bought)).at(-1)?.text ?? '';
}

const must = async (reply: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
};

it('tells of each step once, in order, with its dates and sums', async () => {
  const life = await boughtAt(running);
  const pro = await life.monthly('Fern Pro', 2000);
  const yearly = await life.make('/v1/products/', {
    name: 'Fern Year',
    recurring_interval: 'year',
    prices: [{ amount_type: 'fixed', price_amount: 20_000, price_currency: 'usd' }],
  });
  await running.orm.em
    .fork()
    .nativeUpdate(PaymentMethod, { customer: life.customer.id }, { expYear: 2027, expMonth: 8 });

  await life.lives('2027-04-02T00:00:00.000Z');
  await must(life.patch({ product_id: pro.id, proration_behavior: 'invoice' }));
  expect(await newest(life)).toContain('Product: Fern Lite → Fern Pro\nPrice: $5.00 a month → $20.00 a month');
  expect(await newest(life)).toContain('Charged now: $14.50');
  await life.lives('2027-05-01T00:00:00.000Z');
  expect(await newest(life)).toMatch(/Total: \$20\.00\nPaid with: Visa ending in 4242\nInvoice: SHOP\w+-\w+\n/);
  await must(life.patch({ cancel_at_period_end: true }));
  await must(life.patch({ cancel_at_period_end: false }));
  await must(life.patch({ pause_at_period_end: true, resumes_at: '2027-06-15T00:00:00.000Z' }));
  await life.lives('2027-06-16T00:00:00.000Z');
  await life.cardAnswers('insufficient_funds');
  await life.lives('2027-07-16T00:00:00.000Z');
  expect(await newest(life)).toContain('We try again on July 17, 2027.');
  await life.cardAnswers('succeed');
  await life.lives('2027-07-18T00:00:00.000Z');
  await must(life.patch({ trial_end: '2027-08-10T00:00:00.000Z' }));
  await life.lives('2027-08-11T00:00:00.000Z');
  await must(life.patch({ product_id: yearly.id, proration_behavior: 'next_period' }));
  await life.lives('2028-09-04T00:00:00.000Z');
  expect(await newest(life)).toContain('Next payment: $200.00 on September 10, 2028');
  await running.call(life.token, 'DELETE', `/v1/subscriptions/${life.id}`);

  expect(await told(life)).toEqual([
    '2027-04-01 Your subscription to Fern Lite',
    '2027-04-02 Your subscription to Fern Lite was changed',
    '2027-05-01 Your subscription to Fern Pro was renewed',
    '2027-05-01 Your subscription to Fern Pro ends on June 1, 2027',
    '2027-05-01 Your subscription to Fern Pro goes on',
    '2027-06-01 Your subscription to Fern Pro is paused',
    '2027-06-15 Your subscription to Fern Pro goes on again',
    '2027-06-15 Your subscription to Fern Pro was renewed',
    '2027-07-15 Your payment for Fern Pro did not go through',
    '2027-07-17 Your subscription to Fern Pro was renewed',
    '2027-07-18 Your subscription to Fern Pro was changed',
    '2027-08-01 Your card for Example Shop expires soon',
    '2027-08-07 Your trial of Fern Pro ends on August 10, 2027',
    '2027-08-10 Your trial is over: your subscription to Fern Pro has begun',
    '2027-08-11 Your subscription to Fern Pro changes on September 10, 2027',
    '2027-09-10 Your subscription to Fern Year was renewed',
    '2028-09-03 Your subscription to Fern Year renews on September 10, 2028',
    '2028-09-04 Your subscription to Fern Year has ended',
  ]);
  for (const { text, html } of await lettersTo(life)) {
    expect(text).toContain('{{portal}}');
    expect(html).toContain('href="{{portal}}"');
    expect(text + html).not.toContain('polar_cst_');
  }
});

it('writes dates and money as the customer does', async () => {
  const life = await boughtAt(running);
  await running.made(life.token, 'PATCH', `/v1/customers/${life.customer.id}`, { locale: 'de-DE' });
  await life.lives('2027-05-01T00:00:00.000Z');
  expect(await newest(life)).toContain('Total: 5,00\u00a0$');
  expect(await newest(life)).toContain('Next payment: 1. Juni 2027');
});

it('tells nobody of what is free each month, nor of what only the merchant sees', async () => {
  const life = await boughtAt(running);
  const free = await life.make('/v1/products/', {
    name: 'Fern Free',
    recurring_interval: 'month',
    prices: [{ amount_type: 'free', price_currency: 'usd' }],
  });
  await must(life.patch({ product_id: free.id, proration_behavior: 'prorate' }));
  await must(life.patch({ metadata: { plan: 'free' } }));
  await life.lives('2027-07-02T00:00:00.000Z');
  expect(await newest(life)).toContain('Total: -$5.00\nKept as your balance: $5.00\nCharged: $0.00\n');
  expect(await told(life)).toEqual([
    '2027-04-01 Your subscription to Fern Lite',
    '2027-04-01 Your subscription to Fern Lite was changed',
    // With what was left of the month that was paid for.
    '2027-05-01 Your subscription to Fern Free was renewed',
  ]);
});

it('tells of a planned change that was dropped', async () => {
  const life = await boughtAt(running);
  const pro = await life.monthly('Fern Pro', 2000);
  await must(life.patch({ product_id: pro.id, proration_behavior: 'next_period' }));
  await must(life.patch({ pending_update: null }));
  expect((await told(life)).slice(1)).toEqual([
    '2027-04-01 Your subscription to Fern Lite changes on May 1, 2027',
    '2027-04-01 Your subscription to Fern Lite stays as it is',
  ]);
});

it('writes nothing to a customer who has been deleted', async () => {
  const life = await boughtAt(running);
  const before = await told(life);
  await running.call(life.token, 'DELETE', `/v1/customers/${life.customer.id}`);
  expect((await life.show()).status).toBe('canceled');
  expect(await told(life)).toEqual(before);
});

it('writes what the organization leaves on, and nothing else', async () => {
  const life = await boughtAt(running);
  const path = `/v1/organizations/${life.organization.id}`;
  const { customer_email_settings: settings } = await running.made(life.token, 'GET', path);
  const off = { ...settings, subscription_cycled: false, subscription_cancellation: false };
  await running.made(life.token, 'PATCH', path, { customer_email_settings: off });
  await life.lives('2027-05-01T00:00:00.000Z');
  await must(life.patch({ cancel_at_period_end: true }));
  await life.lives('2027-06-01T00:00:00.000Z');
  expect(await told(life)).toEqual([
    '2027-04-01 Your subscription to Fern Lite',
    '2027-06-01 Your subscription to Fern Lite has ended',
  ]);
});
