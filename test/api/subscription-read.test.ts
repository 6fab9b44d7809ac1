/** The one-statement read of a subscription shows what the ORM would show, whatever hangs on it. */
import { randomUUID } from 'node:crypto';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { SUBSCRIPTION_POPULATE, subscriptionViews } from '../../db/views/subscription.ts';
import { readSubscription } from '../../db/views/subscription-read.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let organization: string;

beforeAll(async () => {
  running = await startRunning();
  const merchant = await running.aMerchant();
  ({ token } = merchant);
  organization = merchant.organization.id;
});
afterAll(() => running.close());

const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
const usd = (price_amount: number) => ({ amount_type: 'fixed', price_amount, price_currency: 'usd' });

async function aProduct(terms: Record<string, unknown> = {}, benefits = 0) {
  const product = await make('/v1/products/', {
    name: 'Fern Pro',
    description: 'It’s for "everyone", 100 %',
    recurring_interval: 'month',
    prices: [usd(2000)],
    metadata: { plan: 'pro', seats: 3, beta: true },
    ...terms,
  });
  const made: string[] = [];
  for (let n = benefits; n > 0; n -= 1) {
    const properties = { note: `note ${n}` };
    made.push((await make('/v1/benefits/', { type: 'custom', description: `Benefit ${n}`, properties })).id);
  }
  await make(`/v1/products/${product.id}/benefits`, { benefits: made });
  return product;
}

async function bought(product: string, terms: Record<string, unknown> = {}) {
  const checkout = await make('/v1/checkouts/', {
    products: [product],
    customer_email: `ada-${randomUUID()}@example.com`,
    customer_name: 'Ada Ždanović',
    customer_billing_address: { country: 'FR', line1: '1 rue Example', city: 'Paris', postal_code: '75001' },
    metadata: { from: 'a test' },
    ...terms,
  });
  await running.made(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    confirmation_token_id: await running.aCard(),
  });
  return (await running.made(token, 'GET', `/v1/checkouts/${checkout.id}`)).subscription_id as string;
}

const seats = {
  amount_type: 'seat_based',
  price_currency: 'usd',
  seat_tiers: { seat_tier_type: 'volume', tiers: [{ min_seats: 1, max_seats: null, price_per_seat: 900 }] },
};

const lives: Record<string, () => Promise<string>> = {
  'a plain one, of a product with an archived price and benefits in their order': async () => {
    const product = await aProduct({ prices: [usd(2000), { ...usd(1800), price_currency: 'eur' }] }, 3);
    const id = await bought(product.id);
    await running.made(token, 'PATCH', `/v1/products/${product.id}`, { prices: [usd(2500)] });
    return id;
  },
  'in a trial, with a discount': async () => {
    const terms = {
      name: 'Half',
      type: 'percentage',
      basis_points: 5000,
      duration: 'repeating',
      duration_in_months: 3,
    };
    const { id: discount_id } = await make('/v1/discounts/', { ...terms, code: `HALF-${randomUUID().slice(0, 8)}` });
    return bought((await aProduct({ trial_interval: 'day', trial_interval_count: 14 })).id, { discount_id });
  },
  'by the seat, with a change that waits': async () => {
    const id = await bought((await aProduct({ prices: [seats] })).id, { seats: 4 });
    const more = { seats: 6, proration_behavior: 'next_period' };
    await running.made(token, 'PATCH', `/v1/subscriptions/${id}`, more);
    return id;
  },
  'by use, with a price of 17 digits': async () => {
    const calls = { property: 'name', operator: 'eq', value: 'call' };
    const filter = { conjunction: 'and', clauses: [calls] };
    const meter = await make('/v1/meters/', { name: 'Calls', filter, aggregation: { func: 'count' } });
    const unit_amount = '12345.123456789012';
    const metered = { amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter.id, unit_amount };
    const id = await bought((await aProduct({ prices: [usd(2000), metered] })).id);
    const { customer_id } = await running.made(token, 'GET', `/v1/subscriptions/${id}`);
    await make('/v1/events/ingest', {
      events: [
        { name: 'call', customer_id },
        { name: 'call', customer_id },
      ],
    });
    return id;
  },
  'canceled, with a reason': async () => {
    const id = await bought((await aProduct()).id);
    const reason = { customer_cancellation_reason: 'unused', customer_cancellation_comment: 'I’m done' };
    await running.made(token, 'PATCH', `/v1/subscriptions/${id}`, { cancel_at_period_end: true, ...reason });
    return id;
  },
  ended: async () => {
    const id = await bought((await aProduct()).id);
    await running.made(token, 'DELETE', `/v1/subscriptions/${id}`);
    return id;
  },
};

it.each(Object.keys(lives))('%s', async (life) => {
  const id = await lives[life]?.();
  const em = running.orm.em.fork();
  const row = await em.findOneOrFail(Subscription, { id: id as never }, { populate: SUBSCRIPTION_POPULATE });
  const shown = await readSubscription(running.orm.em.fork(), organization as never, String(id));
  const [viewed] = await subscriptionViews(em, [row as SubscriptionRow]);
  expect(JSON.parse(JSON.stringify(shown))).toEqual(JSON.parse(JSON.stringify(viewed)));
});

it('shows nothing of another organization', async () => {
  const id = await bought((await aProduct()).id);
  expect(await readSubscription(running.orm.em.fork(), randomUUID() as never, id)).toBeNull();
});
