/** What may be changed of things that stand, and by whom. */
import { bank } from '../sandbox/sandboxed.ts';
import { type Everything, eventually, oneOfEach } from './everything.ts';
import { type Running, startRunning } from './running.ts';

let running: Running;
let token: string;
let things: Everything;

beforeAll(async () => {
  running = await startRunning();
  ({ token } = await running.aMerchant());
  things = await oneOfEach(running, token);
});
afterAll(() => running.close());

const patch = (path: string, body: unknown) => running.call(token, 'PATCH', path, body);
const wrong = ({ body }: { body: { detail: { loc: string[] }[] } }) => body.detail.map(({ loc }) => loc.join('.'));

describe('the customer, of their subscription', () => {
  const mine = (body: unknown) =>
    running.call(things.session, 'PATCH', `/v1/customer-portal/subscriptions/${things.subscription.id}`, body);

  it.each([
    [{ pause_at_period_end: true }, 403, 'PauseResumeNotAllowed'],
    [{ resume: true }, 403, 'PauseResumeNotAllowed'],
    [{ product_id: '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11' }, 403, 'UpdateSubscriptionPlanNotAllowed'],
    [{ seats: 3 }, 403, 'UpdateSubscriptionSeatsNotAllowed'],
    [{ cancel_at_period_end: null }, 422, 'RequestValidationError'],
    [{}, 422, 'RequestValidationError'],
    [{ pending_update: null }, 200, undefined],
    [{ cancel_at_period_end: false }, 200, undefined],
    [{ cancel_at_period_end: true }, 200, undefined],
    [{ cancel_at_period_end: true }, 403, 'AlreadyCanceledSubscription'],
    [{ cancel_at_period_end: false }, 200, undefined],
  ])('%j: %i', async (body, status, error) => {
    const reply = await mine(body);
    expect([reply.status, reply.body.error]).toEqual([status, error]);
  });
});

it('the customer, of when their subscription pauses, where the shop lets them', async () => {
  const portal = (pause: boolean) =>
    patch(`/v1/organizations/${things.subscription.product.organization_id}`, {
      customer_portal_settings: {
        usage: { show: true },
        subscription: { update_seats: false, update_plan: false, pause },
      },
    });
  const path = `/v1/customer-portal/subscriptions/${things.subscription.id}`;
  const mine = (body: unknown) => running.call(things.session, 'PATCH', path, body);
  expect((await portal(true)).status).toBe(200);
  const resumes_at = '2099-01-01T00:00:00Z';
  expect((await mine({ pause_at_period_end: true, resumes_at })).body).toMatchObject({
    pause_at_period_end: true,
    resumes_at: '2099-01-01T00:00:00.000Z',
  });
  expect((await mine({ pause_at_period_end: false })).body).toMatchObject({ pause_at_period_end: false });
  expect((await mine({ pause_at_period_end: false })).status).toBe(200);
  expect((await mine({ resume: true })).status).toBe(422);
  await portal(false);
  expect((await mine({ pause_at_period_end: true })).body.error).toBe('PauseResumeNotAllowed');
});

describe('the merchant, of a subscription', () => {
  it.each([
    [{ discount_id: null }, 200],
    [{ pending_update: null }, 200],
    [{ cancel_at_period_end: false }, 200],
    [{ cancel_at_period_end: true }, 200],
    [{ cancel_at_period_end: true }, 403],
    [{ cancel_at_period_end: false }, 200],
    [{ trial_end: null }, 422],
  ])('%j: %i', async (body, status) => {
    expect((await patch(`/v1/subscriptions/${things.subscription.id}`, body)).status).toBe(status);
  });

  it('names the field that is wrong', async () => {
    const reply = await patch(`/v1/subscriptions/${things.subscription.id}`, { seats: 0, metadata: {} });
    expect(wrong(reply).sort()).toEqual(['body.metadata', 'body.seats']);
  });
});

it('an order’s address, within its country and state', async () => {
  const path = `/v1/orders/${things.order.id}`;
  const address = { country: 'US', state: 'US-NY', city: 'New York', postal_code: '10001', line1: '1 Example Street' };
  expect((await patch(path, { billing_address: address })).status).toBe(200);
  expect(wrong(await patch(path, { billing_address: { ...address, country: 'DE' } }))).toEqual([
    'body.billing_address.country',
  ]);
  expect(wrong(await patch(path, { billing_address: { ...address, state: 'CA' } }))).toEqual([
    'body.billing_address.state',
  ]);
  expect(wrong(await patch(path, { billing_address: null }))).toEqual(['body.billing_address']);
  const { state: _, ...shorter } = { ...address, line1: '2 Example Street' };
  const { body } = await patch(path, { billing_address: shorter });
  expect(body.billing_address).toMatchObject({ line1: '2 Example Street', state: 'US-NY' });
});

it('a product’s trial, both halves of it', async () => {
  const path = `/v1/products/${things.product.id}`;
  expect(wrong(await patch(path, { trial_interval: 'day' }))).toEqual(['body.trial_interval_count']);
  const { body } = await patch(path, { trial_interval: 'day', trial_interval_count: 7 });
  expect([body.trial_interval, body.trial_interval_count]).toEqual(['day', 7]);
  expect((await patch(path, { trial_interval_count: 14 })).body.trial_interval_count).toBe(14);
  expect((await patch(path, { trial_interval: null })).body).toMatchObject({
    trial_interval: null,
    trial_interval_count: null,
  });
});

it('a customer from a person to a team, and not back', async () => {
  const path = `/v1/customers/${things.customer.id}`;
  expect((await patch(path, { type: 'individual' })).status).toBe(200);
  expect((await patch(path, { type: 'team', name: ' ' })).body).toMatchObject({ type: 'team', name: null });
  expect(wrong(await patch(path, { type: 'individual' }))).toEqual(['body.type']);
});

it('the default card, once the bank has agreed to the new one', async () => {
  const cards = '/v1/customer-portal/customers/me/payment-methods';
  const { client_secret } = await running.made(things.session, 'POST', cards, {
    confirmation_token_id: await running.aCard('pm_card_authenticationRequired'),
    set_default: false,
    return_url: 'https://example.com/portal',
  });
  const id = client_secret.split('_secret_')[0];
  const { next_action: action } = await running.stripe.setupIntents.retrieve(id);
  await bank(String(action?.redirect_to_url?.url ?? action?.use_stripe_sdk?.stripe_js), 'approve');
  const body = { setup_intent_id: id, set_default: true };
  const { payment_method } = await running.made(things.session, 'POST', `${cards}/confirm`, body);
  expect(payment_method.is_default).toBe(true);
  const { default_payment_method_id } = await running.made(token, 'GET', `/v1/customers/${things.customer.id}`);
  expect(default_payment_method_id).toBe(payment_method.id);
});

it('a checkout, for the buyer, until it expires', async () => {
  const body = { products: [things.product.id], customer_id: things.customer.id };
  const { client_secret } = await running.made(token, 'POST', '/v1/checkouts/', body);
  const path = `/v1/checkouts/client/${client_secret}`;
  expect((await running.call(null, 'GET', path)).status).toBe(200);
  await running.made(token, 'POST', `/v1/test-clocks/${things.clock.id}/advance`, {
    frozen_time: '2027-02-02T00:00:00Z',
  });
  await eventually(async () => {
    const { status } = await running.made(token, 'GET', `/v1/test-clocks/${things.clock.id}`);
    return status === 'ready' ? true : undefined;
  });
  const reply = await running.call(null, 'GET', path);
  expect([reply.status, reply.body.error]).toEqual([410, 'ExpiredCheckoutError']);
  expect((await running.call(null, 'GET', `/v1/checkouts/client/${things.checkout.client_secret}`)).status).toBe(200);
});
