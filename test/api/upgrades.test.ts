/** A checkout that names a free subscription changes it to what is bought: once, whatever is declined, lost or ended. */
import { randomUUID } from 'node:crypto';
import type { SubscriptionId } from '../../billing/ids.ts';
import { checkoutWorkflowId, subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import { usd } from './changing.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running?.close());

const FREE = [{ amount_type: 'free', price_currency: 'usd' }];
const LONDON = { country: 'GB', line1: '1 Example Street', city: 'London', postal_code: 'N1 9GU' };

/** A shop of which a customer has the free plan, and may have but one. */
async function onTheFreePlan(settings: object = { allow_multiple_subscriptions: false }) {
  const { token, organization } = await running.aMerchant();
  const make = (path: string, body: unknown) => running.made(token, 'POST', path, body);
  const get = (path: string) => running.made(token, 'GET', path);
  await running.made(token, 'PATCH', `/v1/organizations/${organization.id}`, {
    subscription_settings: { ...organization.subscription_settings, ...settings },
  });
  const plan = async (name: string, prices: unknown, more: object = {}) => {
    const product = await make('/v1/products/', { name, recurring_interval: 'month', prices, ...more });
    const benefit = await make('/v1/benefits/', {
      ...{ type: 'custom', description: `What ${name} gives`, properties: { note: null } },
    });
    return make(`/v1/products/${product.id}/benefits`, { benefits: [benefit.id] });
  };
  const [free, pro] = [await plan('Fern Free', FREE), await plan('Fern Pro', usd(2000))];
  const email = `ada-${randomUUID()}@example.com`;
  const customer = await make('/v1/customers/', { email, name: 'Ada Example', billing_address: LONDON });
  const { id } = await make('/v1/subscriptions/', {
    ...{ product_id: free.id, customer_id: customer.id, metadata: { plan: 'free', kept: 'yes' } },
  });
  const orders = async () => (await get(`/v1/orders/?customer_id=${customer.id}&sorting=created_at`)).items;
  return {
    ...{ token, organization, make, get, plan, free, pro, customer, id: id as SubscriptionId, orders },
    ask: (body: object) => running.call(token, 'POST', '/v1/checkouts/', { products: [pro.id], ...body }),
    open: (body: object = {}) => make('/v1/checkouts/', { products: [pro.id], subscription_id: id, ...body }),
    show: () => get(`/v1/subscriptions/${id}`),
    subscriptions: async () => (await get(`/v1/subscriptions/?customer_id=${customer.id}&sorting=started_at`)).items,
    process: () => running.temporal.workflow.getHandle(subscriptionWorkflowId(id)),
    disagreements: () => running.disagreements(token),
    taken: async () => {
      const { data } = await running.stripe.paymentIntents.list({ limit: 100 });
      return data
        .filter(({ metadata, status }) => metadata['organization_id'] === organization.id && status === 'succeeded')
        .map(({ amount }) => amount);
    },
    succeeded: (checkout: { id: string }) =>
      eventually(async () => {
        const { status, subscription_id } = await get(`/v1/checkouts/${checkout.id}`);
        return status === 'succeeded' ? subscription_id : undefined;
      }),
  };
}
type Shop = Awaited<ReturnType<typeof onTheFreePlan>>;

async function pay(checkout: { client_secret: string }, card = 'pm_card_visa', more: object = {}) {
  return running.call(null, 'POST', `/v1/checkouts/client/${checkout.client_secret}/confirm`, {
    ...{ confirmation_token_id: await running.aCard(card), ...more },
  });
}

const held = async ({ token, id }: Shop) => {
  const { items } = await running.made(token, 'GET', '/v1/benefit-grants/?limit=100');
  return items
    .filter((grant: Record<string, unknown>) => grant['subscription_id'] === id && grant['is_granted'])
    .map(({ benefit }: { benefit: { description: string } }) => benefit.description);
};

it('makes the free subscription a paid one, which begins its period now and is the only one', async () => {
  const shop = await onTheFreePlan();
  const before = await shop.show();
  const checkout = await shop.open({ metadata: { plan: 'pro' } });
  expect(checkout).toMatchObject({ subscription_id: shop.id, customer_id: shop.customer.id, total_amount: 2000 });
  expect(checkout).toMatchObject({ customer_email: shop.customer.email, trial_end: null, status: 'open' });
  expect((await pay(checkout)).status).toBe(200);
  expect(await shop.get(`/v1/checkouts/${checkout.id}`)).toMatchObject({
    ...{ status: 'succeeded', subscription_id: shop.id },
  });

  const [subscription, ...others] = await shop.subscriptions();
  expect(others).toEqual([]);
  expect(subscription).toMatchObject({
    ...{ id: shop.id, status: 'active', product_id: shop.pro.id, amount: 2000, checkout_id: checkout.id },
    ...{ started_at: before.started_at, metadata: { plan: 'pro', kept: 'yes' } },
  });
  expect(subscription.current_period_start > before.current_period_start).toBe(true);
  const orders = await shop.orders();
  expect(orders).toMatchObject([
    { billing_reason: 'subscription_update', status: 'paid', total_amount: 2000, subscription_id: shop.id },
  ]);
  expect(orders[0]).toMatchObject({ checkout_id: checkout.id, invoice_number: expect.stringMatching(/0001$/) });
  await eventually(async () => ((await held(shop)).join() === 'What Fern Pro gives' ? true : undefined));
  const emails = await running.orm.em.fork().find(Email, { customer: shop.customer.id }, { orderBy: { createdAt: 1 } });
  expect(emails.map(({ kind }) => kind)).toEqual(['subscription_confirmation', 'subscription_updated']);
  expect(await shop.taken()).toEqual([2000]);
  expect(await shop.disagreements()).toEqual([]);
});

it('takes back a cancellation that was set, and renews at the price that was bought', async () => {
  const shop = await onTheFreePlan();
  await running.made(shop.token, 'PATCH', `/v1/subscriptions/${shop.id}`, { cancel_at_period_end: true });
  const checkout = await shop.open();
  expect((await pay(checkout)).status).toBe(200);
  const upgraded = await shop.show();
  expect(upgraded).toMatchObject({ cancel_at_period_end: false, canceled_at: null, ends_at: null, amount: 2000 });
  const next = await shop.get(`/v1/subscriptions/${shop.id}/charge-preview`);
  expect(next).toMatchObject({ total_amount: 2000 });
});

it('declined, leaves the free subscription as it was; the next card changes it', async () => {
  const shop = await onTheFreePlan();
  const before = await shop.show();
  const checkout = await shop.open();
  expect((await pay(checkout, 'pm_card_chargeDeclined')).status).toBe(400);
  expect(await shop.show()).toEqual(before);
  expect(await shop.orders()).toEqual([]);
  expect((await pay(checkout)).status).toBe(200);
  expect(await shop.show()).toMatchObject({ product_id: shop.pro.id });
  expect(await shop.taken()).toEqual([2000]);
  expect(await shop.disagreements()).toEqual([]);
});

describe('charged once and delivered once', () => {
  it('though the process of the subscription was lost', async () => {
    const shop = await onTheFreePlan();
    const checkout = await shop.open();
    await shop.process().terminate('lost');
    expect((await pay(checkout)).status).toBe(200);
    expect(await shop.show()).toMatchObject({ product_id: shop.pro.id, status: 'active' });
    expect((await shop.process().describe()).status.name).toBe('RUNNING');
    expect(await shop.taken()).toEqual([2000]);
    expect(await shop.disagreements()).toEqual([]);
  });

  it('though the process of the checkout was lost between the charge and its answer', async () => {
    const shop = await onTheFreePlan();
    const checkout = await shop.open();
    const match = { method: 'POST', path: '/v1/payment_intents' };
    await running.sandbox('faults', { match, kind: 'timeout_after', ms: 4000, times: 1 });
    const first = pay(checkout);
    await eventually(async () => ((await shop.taken()).length > 0 ? true : undefined));
    await running.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id)).terminate('lost');
    await first;
    await pay(checkout);
    expect(await shop.succeeded(checkout)).toBe(shop.id);
    expect(await shop.taken()).toEqual([2000]);
    expect(await shop.orders()).toHaveLength(1);
    expect(await shop.disagreements()).toEqual([]);
  });

  it('wherever both processes are lost, again and again', async () => {
    for (let delay = 40; delay < 400; delay += 40) {
      const shop = await onTheFreePlan();
      const checkout = await shop.open();
      const first = pay(checkout);
      await new Promise((passed) => setTimeout(passed, delay));
      const buying = running.temporal.workflow.getHandle(checkoutWorkflowId(checkout.id));
      for (const process of [buying, shop.process()]) await process.terminate('lost').catch(() => undefined);
      await first;
      await pay(checkout);
      expect(await shop.succeeded(checkout)).toBe(shop.id);
      expect(await shop.show()).toMatchObject({ product_id: shop.pro.id, status: 'active' });
      expect(await shop.taken()).toEqual([2000]);
      expect(await shop.orders()).toHaveLength(1);
      expect(await shop.disagreements()).toEqual([]);
    }
  }, 120_000);

  it('of two checkouts at once, one changes it', async () => {
    const shop = await onTheFreePlan();
    const both = [await shop.open(), await shop.open()];
    const answers = await Promise.all(both.map((checkout) => pay(checkout)));
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect(await shop.subscriptions()).toHaveLength(1);
    expect(await shop.taken()).toEqual([2000]);
    expect(await shop.disagreements()).toEqual([]);
  });
});

it('delivers a new one where the free one has ended meanwhile', async () => {
  const shop = await onTheFreePlan();
  const checkout = await shop.open();
  await running.made(shop.token, 'DELETE', `/v1/subscriptions/${shop.id}`);
  expect((await pay(checkout)).status).toBe(200);
  const made = await shop.succeeded(checkout);
  expect(made).not.toBe(shop.id);
  expect(await shop.show()).toMatchObject({ status: 'canceled', product_id: shop.free.id });
  expect(await shop.get(`/v1/subscriptions/${made}`)).toMatchObject({ status: 'active', product_id: shop.pro.id });
  expect(await shop.orders()).toMatchObject([{ billing_reason: 'subscription_create', subscription_id: made }]);
  expect(await shop.disagreements()).toEqual([]);
});

it('delivers a new one where it ends while the card is charged', async () => {
  const shop = await onTheFreePlan();
  const checkout = await shop.open();
  const match = { method: 'POST', path: '/v1/payment_intents' };
  await running.sandbox('faults', { match, kind: 'timeout_after', ms: 3000, times: 1 });
  const paying = pay(checkout);
  await eventually(async () => ((await shop.taken()).length > 0 ? true : undefined));
  await running.made(shop.token, 'DELETE', `/v1/subscriptions/${shop.id}`);
  await paying;
  const made = await shop.succeeded(checkout);
  expect(made).not.toBe(shop.id);
  expect(await shop.taken()).toEqual([2000]);
  expect((await shop.subscriptions()).filter(({ status }: { status: string }) => status === 'active')).toHaveLength(1);
  expect(await shop.disagreements()).toEqual([]);
});

it('is priced as its buyer was shown it, with discount and tax', async () => {
  const shop = await onTheFreePlan();
  const taxed = { country: 'DE', taxRegistrations: ['GB'] };
  await running.orm.em.fork().nativeUpdate(Organization, { id: shop.organization.id }, taxed);
  const { id: discount_id } = await shop.make('/v1/discounts/', {
    ...{ name: 'Half', type: 'percentage', basis_points: 5000, duration: 'repeating', duration_in_months: 2 },
  });
  const checkout = await shop.open({ discount_id });
  expect(checkout).toMatchObject({ discount_amount: 1000, net_amount: 1000, tax_amount: 167, total_amount: 1000 });
  expect((await pay(checkout)).status).toBe(200);
  expect(await shop.orders()).toMatchObject([
    { discount_amount: 1000, tax_amount: 167, total_amount: 1000, discount_id, status: 'paid' },
  ]);
  expect(await shop.show()).toMatchObject({ discount_id, amount: 2000 });
  expect(await shop.get(`/v1/subscriptions/${shop.id}/charge-preview`)).toMatchObject({ total_amount: 1000 });
  expect(await shop.disagreements()).toEqual([]);
});

it('does not use a discount up where nothing is due at it: the first bill has it', async () => {
  const shop = await onTheFreePlan();
  const filter = { conjunction: 'and', clauses: [{ property: 'name', operator: 'eq', value: 'call' }] };
  const meter = await shop.make('/v1/meters/', { name: 'Calls', filter, aggregation: { func: 'count' } });
  const used = { amount_type: 'metered_unit', price_currency: 'usd', meter_id: meter.id, unit_amount: 1 };
  const payg = await shop.plan('Fern by use', [used]);
  const { id: discount_id } = await shop.make('/v1/discounts/', {
    ...{ name: 'Half', type: 'percentage', basis_points: 5000, duration: 'once' },
  });
  const checkout = await shop.open({ products: [payg.id], discount_id });
  expect((await pay(checkout)).status).toBe(200);
  expect(await shop.orders()).toMatchObject([{ total_amount: 0, status: 'paid' }]);
  const events = Array.from({ length: 400 }, () => ({ name: 'call', customer_id: shop.customer.id }));
  await shop.make('/v1/events/ingest', { events });
  const bill = async () => {
    const preview = await shop.get(`/v1/subscriptions/${shop.id}/charge-preview`);
    return preview.subtotal_amount === 400 ? preview : undefined;
  };
  expect(await eventually(bill)).toMatchObject({ discount_amount: 200, total_amount: 200 });
  expect(await shop.show()).toMatchObject({ discount_id });
});

it('has no trial, whatever the product gives', async () => {
  const shop = await onTheFreePlan();
  const trial = { trial_interval: 'day', trial_interval_count: 14 };
  const tried = await shop.plan('Fern Max', usd(3000), trial);
  const checkout = await shop.open({ products: [tried.id] });
  expect(checkout).toMatchObject({ is_payment_required: true, active_trial_interval: null, trial_end: null });
  expect((await pay(checkout)).status).toBe(200);
  expect(await shop.show()).toMatchObject({ status: 'active', trial_end: null, amount: 3000 });
});

it('keeps the seats that people have: not sold otherwise, and not fewer', async () => {
  const shop = await onTheFreePlan();
  const bySeat = (price_per_seat: number) => [
    { amount_type: 'seat_based', price_currency: 'usd', seat_tiers: { tiers: [{ min_seats: 1, price_per_seat }] } },
  ];
  const [free, team] = [await shop.plan('Moss Team', bySeat(0)), await shop.plan('Fern Team', bySeat(1000))];
  const buyer = await shop.make('/v1/customers/', { email: `bob-${randomUUID()}@example.com` });
  const first = await shop.make('/v1/checkouts/', { products: [free.id], customer_id: buyer.id, seats: 3 });
  expect((await running.call(null, 'POST', `/v1/checkouts/client/${first.client_secret}/confirm`, {})).status).toBe(
    200,
  );
  const subscription_id = await shop.succeeded(first);
  for (const name of ['eve', 'joe']) {
    const email = `${name}-${randomUUID()}@example.com`;
    await shop.make('/v1/customer-seats', { subscription_id, email, immediate_claim: true });
  }
  const loc = ['body', 'subscription_id'];
  for (const body of [{}, { products: [team.id], seats: 1 }]) {
    expect(await shop.ask({ subscription_id, ...body })).toMatchObject({ status: 422, body: { detail: [{ loc }] } });
  }
  const checkout = await shop.open({ subscription_id, products: [team.id], seats: 2 });
  const edited = { seats: 1 };
  expect((await running.call(shop.token, 'PATCH', `/v1/checkouts/${checkout.id}`, edited)).status).toBe(422);
  expect((await pay(checkout)).status).toBe(200);
  const upgraded = await shop.get(`/v1/subscriptions/${subscription_id}`);
  expect(upgraded).toMatchObject({ product_id: team.id, seats: 2, amount: 2000, status: 'active' });
  const granted = async () => {
    const { items } = await shop.get(`/v1/benefit-grants/?customer_id=${buyer.id}&limit=100`);
    return items.filter((grant: { is_granted: boolean }) => grant.is_granted).length === 2 ? true : undefined;
  };
  await eventually(granted);
  expect(await shop.disagreements()).toEqual([]);
});

describe('refused', () => {
  it('for subscriptions that are unknown, paid for, ended, or of another shop or customer', async () => {
    const [shop, other] = [await onTheFreePlan({}), await onTheFreePlan()];
    const loc = ['body', 'subscription_id'];
    for (const subscription_id of [randomUUID(), other.id]) {
      expect(await shop.ask({ subscription_id })).toMatchObject({ status: 422, body: { detail: [{ loc }] } });
    }
    const stranger = await shop.make('/v1/customers/', { email: `bob-${randomUUID()}@example.com` });
    const foreign = await shop.ask({ subscription_id: shop.id, customer_id: stranger.id });
    expect(foreign).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'customer_id'] }] } });
    expect((await pay(await shop.open())).status).toBe(200);
    expect(await shop.ask({ subscription_id: shop.id })).toMatchObject({ status: 422, body: { detail: [{ loc }] } });
    await running.made(shop.token, 'DELETE', `/v1/subscriptions/${shop.id}`);
    expect(await shop.ask({ subscription_id: shop.id })).toMatchObject({ status: 422, body: { detail: [{ loc }] } });
  });

  it('for what is sold once, and in another currency', async () => {
    const shop = await onTheFreePlan();
    const once = await shop.make('/v1/products/', { name: 'Tokens', prices: usd(900) });
    expect(await shop.ask({ subscription_id: shop.id, products: [shop.pro.id, once.id] })).toMatchObject({
      ...{ status: 422, body: { detail: [{ loc: ['body', 'products', 1] }] } },
    });
    const both = [...usd(2000), { amount_type: 'fixed', price_amount: 1900, price_currency: 'eur' }];
    const sold = await shop.plan('Fern Duo', both);
    const ask = (currency: string) => shop.ask({ subscription_id: shop.id, products: [sold.id], currency });
    expect(await ask('eur')).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'currency'] }] } });
    const { body: checkout } = await ask('usd');
    const path = `/v1/checkouts/${checkout.id}`;
    expect((await running.call(shop.token, 'PATCH', path, { currency: 'eur' })).status).toBe(422);
    expect((await running.call(shop.token, 'PATCH', path, { metadata: { a: 'b' } })).status).toBe(200);
  });

  it('as it is paid, where somebody has changed the subscription to another paid one', async () => {
    const shop = await onTheFreePlan();
    const [first, second] = [await shop.open(), await shop.open()];
    expect((await pay(first)).status).toBe(200);
    expect(await pay(second)).toMatchObject({ status: 403, body: { error: 'NotOpenCheckout' } });
    expect(await shop.taken()).toEqual([2000]);
  });

  it('for who has the free plan and buys another without naming it, where one is allowed', async () => {
    const shop = await onTheFreePlan();
    const checkout = await shop.make('/v1/checkouts/', { products: [shop.pro.id], customer_id: shop.customer.id });
    expect(await pay(checkout)).toMatchObject({ status: 403, body: { error: 'AlreadyActiveSubscriptionError' } });
  });
});
