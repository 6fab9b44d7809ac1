/** Changes whose payment the customer's bank wants to be asked about: what may come while it is, and what becomes of them. */
import type { SubscriptionId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { subscriptionProcessorEvent } from '../../workflows/subscription.messages.ts';
import { bank } from '../sandbox/sandboxed.ts';
import { boughtAt, lines, sums } from './changing.ts';
import { eventually } from './everything.ts';
import { type Running, startRunning } from './running.ts';
import { anEmail, aTeam } from './teams.ts';

let running: Running;

beforeAll(async () => {
  running = await startRunning();
});
afterAll(() => running.close());

const SETTINGS = { usage: { show: true }, subscription: { update_plan: true, update_seats: true, pause: true } };

/** Half through April, at a shop that invoices changes, with a card whose bank asks. */
async function inPortal() {
  const sub = await boughtAt(running);
  await running.made(sub.token, 'PATCH', `/v1/organizations/${sub.organization.id}`, {
    customer_portal_settings: SETTINGS,
    subscription_settings: { ...sub.organization.subscription_settings, proration_behavior: 'invoice' },
  });
  const pro = await sub.monthly('Fern Pro', 2000);
  const session = await running.made(sub.token, 'POST', '/v1/customer-sessions/', { customer_id: sub.customer.id });
  const path = `/v1/customer-portal/subscriptions/${sub.id}`;
  const mine = (method: string, more = '', body?: unknown) => running.call(session.token, method, path + more, body);
  await sub.lives('2027-04-16T00:00:00.000Z');
  await sub.cardAnswers('authentication_required');
  return { ...sub, pro, session, mine };
}
interface Order {
  readonly status: string;
  readonly total_amount: number;
}
type Portal = Awaited<ReturnType<typeof inPortal>>;

/** Asks for the change: its payment waits for the bank. */
async function asked(sub: Portal, productId = sub.pro.id) {
  const { status, body } = await sub.mine('PATCH', '', { product_id: productId });
  expect([status, body.error]).toEqual([402, 'PaymentFailed']);
  const secret: string = body.client_secret;
  return secret.split('_secret_')[0] as string;
}

async function answers(intentId: string, answer: 'approve' | 'refuse') {
  const { next_action: action } = await running.stripe.paymentIntents.retrieve(intentId);
  await bank(action?.redirect_to_url?.url, answer);
}

const confirmed = (sub: Portal, intentId: string) =>
  sub.mine('POST', '/confirm-change', { payment_intent_id: intentId });

const statusAtProcessor = async (intentId: string) => (await running.stripe.paymentIntents.retrieve(intentId)).status;

/** As it was: the order came to nothing, and nothing can be paid any more. */
async function isAsItWas(sub: Portal, intentId: string) {
  await eventually(async () => ((await sub.orders())[0].status === 'void' ? true : undefined));
  expect(await sub.show()).toMatchObject({ product_id: sub.lite.id, amount: 500 });
  expect(await statusAtProcessor(intentId)).toBe('canceled');
  expect(await sub.disagreements()).toEqual([]);
}

it('approved: the change is made as of the moment it was asked for', async () => {
  const sub = await inPortal();
  const intentId = await asked(sub);
  expect(await sub.show()).toMatchObject({ product_id: sub.lite.id, amount: 500 });
  expect((await confirmed(sub, intentId)).body).toMatchObject({ status: 'requires_action' });
  expect(await sub.disagreements()).toEqual([]);
  await answers(intentId, 'approve');
  expect((await confirmed(sub, intentId)).body).toEqual({ status: 'succeeded', client_secret: null, error: null });
  expect(await sub.show()).toMatchObject({ product_id: sub.pro.id, amount: 2000 });
  const [order] = await sub.orders();
  expect([order.status, order.total_amount]).toEqual(['paid', 750]);
  // Said again, it is as it is.
  expect((await confirmed(sub, intentId)).body.status).toBe('succeeded');
  expect(await sub.disagreements()).toEqual([]);
});

it('is shown while it waits, without what pays it, and to nobody but its customer', async () => {
  const sub = await inPortal();
  expect((await sub.mine('GET')).body.change_at_bank).toBeNull();
  const intentId = await asked(sub);
  const waiting = {
    ...{ product_id: sub.pro.id, seats: null, due_amount: 750 },
    ...{ approve_by: '2027-04-16T01:00:00.000Z', payment_intent_id: intentId },
  };
  expect((await sub.mine('GET')).body).toMatchObject({ product_id: sub.lite.id, change_at_bank: waiting });
  const { items } = await running.made(sub.session.token, 'GET', '/v1/customer-portal/subscriptions/');
  expect(items).toMatchObject([{ change_at_bank: waiting }]);
  expect(JSON.stringify(items)).not.toContain('_secret');
  expect(await sub.show()).not.toHaveProperty('change_at_bank');
  // With it the page goes on at the bank.
  const { body } = await confirmed(sub, intentId);
  expect(body).toMatchObject({
    status: 'requires_action',
    client_secret: expect.stringContaining(`${intentId}_secret`),
  });
  const off = await sub.mine('PATCH', '', { pending_update: null });
  expect(off).toMatchObject({ status: 200, body: { product_id: sub.lite.id, change_at_bank: null } });
  await isAsItWas(sub, intentId);
});

it.each([
  ['approve', 5, 'paid', 'succeeded'],
  ['refuse', 3, 'void', 'failed'],
] as const)('other seats are asked for too: %s, and there are %i', async (answer, seats, status, told) => {
  const team = await aTeam(running, { organization: { customer_portal_settings: SETTINGS } });
  await running.made(team.token, 'PATCH', `/v1/organizations/${team.organization.id}`, {
    subscription_settings: { ...team.organization.subscription_settings, proration_behavior: 'invoice' },
  });
  const { member_id: member } = await team.assigned({ email: anEmail(), immediate_claim: true });
  const methods = `/v1/customers/${team.customer.id}/payment-methods`;
  const [method] = (await running.made(team.token, 'GET', methods)).items;
  const { stripeId } = await running.orm.em.fork().findOneOrFail(PaymentMethod, method.id);
  await running.sandbox(`payment_methods/${stripeId}`, { outcome: 'authentication_required' });
  await team.lives('2027-04-16T00:00:00.000Z');
  const path = `/v1/customer-portal/subscriptions/${team.subscription.id}`;
  const reply = await running.call(team.owner, 'PATCH', path, { seats: 5 });
  expect([reply.status, reply.body.error]).toEqual([402, 'PaymentFailed']);
  const [intentId] = reply.body.client_secret.split('_secret_');
  const waiting = { product_id: null, seats: 5, due_amount: 1000, payment_intent_id: intentId };
  const shown = await running.made(team.owner, 'GET', path);
  expect(shown).toMatchObject({ seats: 3, change_at_bank: waiting });
  // Who has a seat of it is not told.
  const held = await running.made(await team.as(member), 'GET', '/v1/customer-portal/seats/subscriptions');
  expect(held.items).toMatchObject([{ id: team.subscription.id, seats: 3 }]);
  expect(held.items[0]).not.toHaveProperty('change_at_bank');
  await answers(intentId, answer);
  const asking = { payment_intent_id: intentId };
  expect((await running.made(team.owner, 'POST', `${path}/confirm-change`, asking)).status).toBe(told);
  expect(await running.made(team.owner, 'GET', path)).toMatchObject({ seats, change_at_bank: null });
  expect(await team.list()).toMatchObject({ total_seats: seats, available_seats: seats - 1 });
  const { items } = await running.made(team.token, 'GET', `/v1/orders/?customer_id=${team.customer.id}`);
  const changes = items.filter((order: { billing_reason: string }) => order.billing_reason === 'subscription_update');
  expect(changes).toMatchObject([{ status, total_amount: 1000, seats: 5 }]);
  expect(await running.disagreements(team.token)).toEqual([]);
});

it('the processor tells of it by itself', async () => {
  const sub = await inPortal();
  const intentId = await asked(sub);
  await answers(intentId, 'approve');
  const { metadata } = await running.stripe.paymentIntents.retrieve(intentId);
  const process = running.temporal.workflow.getHandle(String(metadata['workflow_id']));
  await process.signal(subscriptionProcessorEvent, { objectId: intentId });
  await eventually(async () => ((await sub.show()).amount === 2000 ? true : undefined));
  expect(await sub.disagreements()).toEqual([]);
});

describe('comes to nothing', () => {
  it('where the bank is refused', async () => {
    const sub = await inPortal();
    const intentId = await asked(sub);
    await answers(intentId, 'refuse');
    const { body } = await confirmed(sub, intentId);
    expect(body).toMatchObject({ status: 'failed', error: expect.stringContaining('authentication') });
    await isAsItWas(sub, intentId);
  });

  it('where the bank agrees and the card declines', async () => {
    const sub = await inPortal();
    const intentId = await asked(sub);
    await sub.cardAnswers('insufficient_funds');
    await answers(intentId, 'approve');
    const { body } = await confirmed(sub, intentId);
    expect(body).toMatchObject({ status: 'failed', error: 'Your card has insufficient funds.' });
    await isAsItWas(sub, intentId);
  });

  it('where an hour goes by', async () => {
    const sub = await inPortal();
    const intentId = await asked(sub);
    await sub.lives('2027-04-16T00:59:00.000Z');
    expect((await confirmed(sub, intentId)).body.status).toBe('requires_action');
    await sub.lives('2027-04-16T01:00:00.000Z');
    await isAsItWas(sub, intentId);
    expect((await confirmed(sub, intentId)).body).toMatchObject({ status: 'failed', client_secret: null });
  });

  it('where the renewal comes first', async () => {
    const sub = await inPortal();
    await sub.lives('2027-04-30T23:30:00.000Z');
    const dear = await sub.monthly('Fern Enterprise', 200_000);
    const intentId = await asked(sub, dear.id);
    await sub.cardAnswers('succeed');
    await sub.lives('2027-05-01T00:15:00.000Z');
    await isAsItWas(sub, intentId);
    expect(
      (await sub.orders('subscription_cycle')).map(({ status, total_amount: total }: Order) => [status, total]),
    ).toEqual([['paid', 500]]);
  });

  it.each([
    ['cancels', { cancel_at_period_end: true }, { cancel_at_period_end: true }],
    ['pauses', { pause_at_period_end: true }, { pause_at_period_end: true }],
    ['takes it back', { pending_update: null }, { status: 'active' }],
  ])('where the customer %s', async (_, body, then) => {
    const sub = await inPortal();
    const intentId = await asked(sub);
    expect((await sub.mine('PATCH', '', body)).status).toBe(200);
    expect(await sub.show()).toMatchObject(then);
    await isAsItWas(sub, intentId);
  });

  it.each([
    ['revokes', { revoke: true }, { status: 'canceled' }],
    ['moves the renewal', { current_billing_period_end: '2027-05-10T00:00:00Z' }, { status: 'active' }],
    ['gives a trial', { trial_end: '2027-05-10T00:00:00Z' }, { status: 'trialing' }],
  ])('where the merchant %s', async (_, body, then) => {
    const sub = await inPortal();
    const intentId = await asked(sub);
    expect((await sub.patch(body)).status).toBe(200);
    expect(await sub.show()).toMatchObject(then);
    await isAsItWas(sub, intentId);
  });

  it('where another change is asked for, which then waits in its place', async () => {
    const sub = await inPortal();
    const max = await sub.monthly('Fern Max', 5000);
    const [first, second] = [await asked(sub), await asked(sub, max.id)];
    expect(await statusAtProcessor(first)).toBe('canceled');
    expect((await confirmed(sub, first)).body.status).toBe('failed');
    await answers(second, 'approve');
    expect((await confirmed(sub, second)).body.status).toBe('succeeded');
    expect(await sub.show()).toMatchObject({ product_id: max.id });
    expect((await sub.orders()).map(({ status }: Order) => status).toSorted()).toEqual(['paid', 'void']);
    expect(await sub.disagreements()).toEqual([]);
  });
});

it('leaves it waiting: what bills nothing, and what is refused', async () => {
  const sub = await inPortal();
  const intentId = await asked(sub);
  expect((await sub.patch({ metadata: { a: 'b' } })).status).toBe(200);
  expect((await sub.patch({ resume: true })).status).toBe(422);
  await answers(intentId, 'approve');
  expect((await confirmed(sub, intentId)).body.status).toBe('succeeded');
});

it('of a customer who was faster than what calls it off, the change is made first', async () => {
  const sub = await inPortal();
  const intentId = await asked(sub);
  await answers(intentId, 'approve');
  expect((await sub.mine('PATCH', '', { cancel_at_period_end: true })).status).toBe(200);
  expect(await sub.show()).toMatchObject({ product_id: sub.pro.id, amount: 2000, cancel_at_period_end: true });
  expect(await statusAtProcessor(intentId)).toBe('succeeded');
  expect((await sub.orders())[0].status).toBe('paid');
  expect(await sub.disagreements()).toEqual([]);
});

it('gives back what the order took of the balance', async () => {
  const sub = await inPortal();
  const balances = `/v1/customers/${sub.customer.id}/balances`;
  await sub.make(balances, { amount: 200, currency: 'usd', reason: 'A gift', idempotency_key: sub.id });
  const held = async () => (await running.made(sub.token, 'GET', balances)).items[0].amount;
  const intentId = await asked(sub);
  expect(await held()).toBe(0);
  await sub.mine('PATCH', '', { pending_update: null });
  expect(await held()).toBe(200);
  await isAsItWas(sub, intentId);
});

it('is counted with in previews as called off: entries wait again, and the balance is back', async () => {
  const sub = await inPortal();
  await sub.cardAnswers('succeed');
  expect((await sub.patch({ product_id: sub.pro.id, proration_behavior: 'prorate' })).status).toBe(200);
  await sub.cardAnswers('authentication_required');
  const balances = `/v1/customers/${sub.customer.id}/balances`;
  await sub.make(balances, { amount: 200, currency: 'usd', reason: 'A gift', idempotency_key: sub.id });
  const max = await sub.monthly('Fern Max', 5000);
  const previews = () =>
    Promise.all([
      sub.nextCharge(),
      sub.preview({ product_id: max.id, proration_behavior: 'invoice' }),
      running.call(sub.token, 'POST', `/v1/subscriptions/${sub.id}/cancel-preview`, {}),
      running.call(sub.token, 'POST', `/v1/subscriptions/${sub.id}/cancel-preview`, { revoke: true }),
    ]);
  const before = await previews();
  const intentId = await asked(sub, max.id);
  expect(await previews()).toEqual(before);
  const [{ body: next }, , , { body: revocation }] = before;
  expect(next).toMatchObject({ total_amount: 2750, applied_balance_amount: -200 });
  expect(revocation).toMatchObject({ total_amount: 750, is_charged: false });
  expect((await sub.patch({ revoke: true })).status).toBe(200);
  const last = (await sub.orders()).find(({ status }: Order) => status !== 'void');
  expect([sums(last), lines(last.items)]).toEqual([sums(revocation), lines(revocation.lines)]);
  expect(await statusAtProcessor(intentId)).toBe('canceled');
  expect(await sub.disagreements()).toEqual([]);
});

it('goes on waiting where the process was lost', async () => {
  const sub = await inPortal();
  const intentId = await asked(sub);
  await running.temporal.workflow.getHandle(subscriptionWorkflowId(sub.id as SubscriptionId)).terminate('lost');
  expect((await confirmed(sub, intentId)).body.status).toBe('requires_action');
  await answers(intentId, 'approve');
  expect((await confirmed(sub, intentId)).body.status).toBe('succeeded');
  expect(await sub.show()).toMatchObject({ product_id: sub.pro.id });
});

it('is the customer’s own: another can’t ask about it, and the merchant is told to send them', async () => {
  const [sub, other] = [await inPortal(), await inPortal()];
  const intentId = await asked(sub);
  expect((await confirmed(other, intentId)).status).toBe(404);
  const merchants = await other.patch({ product_id: other.pro.id, proration_behavior: 'invoice' });
  expect([merchants.status, merchants.body.error, merchants.body.client_secret]).toEqual([
    402,
    'PaymentFailed',
    undefined,
  ]);
  expect(merchants.body.detail).toContain('portal');
  expect((await other.orders())[0].status).toBe('void');
  expect(await other.show()).toMatchObject({ product_id: other.lite.id });
});
