/** The sandbox Stripe sells as Stripe does: seen through Stripe's own client and a browser's requests. */
import type Stripe from 'stripe';
import { z } from 'zod';
import {
  aCustomer,
  aCustomerWith,
  bank,
  eventually,
  refusal,
  renewal,
  type Sandboxed,
  startSandboxed,
} from './sandboxed.ts';

let sandboxed: Sandboxed;
let stripe: Stripe;

beforeAll(async () => {
  sandboxed = await startSandboxed();
  stripe = sandboxed.stripe;
});

afterAll(() => sandboxed.close());

describe('paying', () => {
  it('takes a card from a browser, charges it, saves it and tells everyone', async () => {
    const customer = await aCustomer(stripe);
    const typed = {
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': '4242 4242 4242 4242',
      'payment_method_data[card][exp_month]': '12',
      'payment_method_data[card][exp_year]': '34',
      'payment_method_data[card][cvc]': '123',
      'payment_method_data[billing_details][address][country]': 'SE',
      setup_future_usage: 'off_session',
      return_url: 'https://shop.example/back',
      key: 'pk_test_example',
    };
    const answer = await fetch(`${sandboxed.url}/v1/confirmation_tokens`, {
      method: 'POST',
      body: new URLSearchParams(typed),
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const token = z.object({ id: z.string() }).parse(await answer.json());
    expect((await stripe.confirmationTokens.retrieve(token.id)).payment_method_preview?.card?.last4).toBe('4242');

    const paid = await stripe.paymentIntents.create({
      ...{ amount: 2000, currency: 'usd', customer: customer.id, confirm: true, confirmation_token: token.id },
      ...{ metadata: { order: '7' }, expand: ['latest_charge.balance_transaction', 'payment_method'] },
    });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 2000, setup_future_usage: 'off_session' });
    expect(paid.latest_charge).toMatchObject({ paid: true, balance_transaction: { fee: 88, net: 1912 } });
    expect(paid.payment_method).toMatchObject({
      customer: customer.id,
      card: { brand: 'visa', exp_year: 2034 },
      billing_details: { address: { country: 'SE', city: null } },
    });
    await eventually(() => sandboxed.receiver.typesAbout(paid.id).includes('payment_intent.succeeded'));
    const again = stripe.paymentIntents.create({
      ...{ amount: 2000, currency: 'usd', confirm: true, confirmation_token: token.id },
    });
    expect((await refusal(again)).message).toMatch(/already been used/);
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
    ['pm_card_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['pm_card_chargeDeclinedFraudulent', 'card_declined', 'fraudulent'],
    ['pm_card_authenticationRequired', 'authentication_required', 'authentication_required'],
  ])('%s is declined with %s (%s)', async (payment_method, code, decline_code) => {
    const error = await refusal(renewal(stripe, { customer: (await aCustomer(stripe)).id, payment_method }));
    expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code });
    const intent = await stripe.paymentIntents.retrieve(error.payment_intent!.id, { expand: ['latest_charge'] });
    expect(intent).toMatchObject({ status: 'requires_payment_method', last_payment_error: { code } });
    expect(intent.latest_charge).toMatchObject({ status: 'failed', failure_code: code, balance_transaction: null });
  });

  it('has a card that works once and then fails, until a test repairs it', async () => {
    const saved = await aCustomerWith(stripe, 'pm_card_chargeCustomerFail');
    expect(await refusal(renewal(stripe, saved))).toMatchObject({ code: 'card_declined' });
    await sandboxed.order(`payment_methods/${saved.payment_method}`, { outcome: 'succeed' });
    expect((await renewal(stripe, saved)).status).toBe('succeeded');
    await sandboxed.order(`payment_methods/${saved.payment_method}`, { outcome: 'lost_card' });
    expect(await refusal(renewal(stripe, saved))).toMatchObject({ decline_code: 'lost_card' });
  });

  it.each([
    [{ amount: 49, currency: 'usd' }, 'amount_too_small'],
    [{ amount: 2000, currency: 'zzz' }, undefined],
    [{ amount: 1.5, currency: 'usd' }, 'parameter_invalid_integer'],
    [{ amount: 2000, currency: 'usd', customer: 'cus_none' }, 'resource_missing'],
    [{ amount: 2000, currency: 'usd', payment_method: 'pm_none' }, 'resource_missing'],
    [{ amount: 2000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true }, undefined],
  ])('refuses %j', async (params, code) => {
    expect(await refusal(stripe.paymentIntents.create(params))).toMatchObject({ statusCode: 400, code });
  });
});

describe('authentication', () => {
  it.each([
    ['approve', 'succeeded', 'succeeded'],
    ['refuse', 'requires_payment_method', 'failed'],
  ] as const)('when the holder answers %s, the payment is %s', async (answer, status, redirect) => {
    const waiting = await stripe.paymentIntents.create({
      ...{ amount: 2000, currency: 'usd', payment_method: 'pm_card_threeDSecure2Required', confirm: true },
      return_url: 'https://shop.example/back?checkout=1',
    });
    const next = waiting.next_action?.redirect_to_url;
    expect(await (await fetch(next?.url ?? '')).text()).toContain('Pay $20.00?');
    const back = new URL((await bank(next?.url, answer)).headers.get('location') ?? '');
    expect(Object.fromEntries(back.searchParams)).toEqual({
      checkout: '1',
      payment_intent: waiting.id,
      payment_intent_client_secret: waiting.client_secret,
      redirect_status: redirect,
    });
    expect((await stripe.paymentIntents.retrieve(waiting.id)).status).toBe(status);
  });

  it('is asked once for a card that is set up with it, and each time for one that always wants it', async () => {
    expect((await renewal(stripe, await aCustomerWith(stripe, 'pm_card_authenticationRequiredOnSetup'))).status).toBe(
      'succeeded',
    );
    const always = await aCustomerWith(stripe, 'pm_card_authenticationRequired');
    expect(await refusal(renewal(stripe, always))).toMatchObject({ code: 'authentication_required' });
  });

  it('sets a card up without charging it', async () => {
    const customer = (await aCustomer(stripe)).id;
    const setup = await stripe.setupIntents.create({
      ...{ customer, payment_method: 'pm_card_authenticationRequiredOnSetup', confirm: true },
      return_url: 'https://shop.example/back',
    });
    expect(setup.status).toBe('requires_action');
    await bank(setup.next_action?.redirect_to_url?.url, 'approve');
    const done = await stripe.setupIntents.retrieve(setup.id, { expand: ['payment_method', 'latest_attempt'] });
    expect(done).toMatchObject({
      status: 'succeeded',
      payment_method: { customer },
      latest_attempt: { status: 'succeeded' },
    });
    const declined = stripe.setupIntents.create({
      ...{ customer, payment_method: 'pm_card_chargeDeclined', confirm: true, return_url: 'https://shop.example/back' },
    });
    const error = await refusal(declined);
    expect(error).toMatchObject({ statusCode: 402, setup_intent: { status: 'requires_payment_method' } });
  });

  it('lets a browser see and confirm only the intent whose secret it has', async () => {
    const { id, client_secret } = await stripe.paymentIntents.create({ amount: 2000, currency: 'usd' });
    const address = `${sandboxed.url}/v1/payment_intents/${id}`;
    const shown = await fetch(`${address}?key=pk_test_example&client_secret=${client_secret}`);
    expect(await shown.text()).not.toContain('metadata');
    expect((await fetch(`${address}?key=pk_test_example&client_secret=wrong`)).status).toBe(404);
    expect((await fetch(`${sandboxed.url}/v1/customers?key=pk_test_example`)).status).toBe(401);
    expect((await fetch(address)).status).toBe(401);
    const body = new URLSearchParams({ key: 'pk_test_example', client_secret: client_secret ?? '' });
    body.set('payment_method_data[type]', 'card');
    body.set('payment_method_data[card][token]', 'tok_visa');
    const confirmed = await fetch(`${address}/confirm`, { method: 'POST', body });
    expect(await confirmed.json()).toMatchObject({ status: 'succeeded' });
  });
});

describe('customers and their cards', () => {
  it('keeps fingerprints, moves cards on and off customers, and unsets what is set to nothing', async () => {
    const customer = await stripe.customers.create({ email: 'grace@example.com', metadata: { a: '1', b: '2' } });
    const attached = await stripe.paymentMethods.attach('pm_card_de', { customer: customer.id });
    const another = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_de' } });
    expect(another.card).toMatchObject({ country: 'DE', last4: '0016', fingerprint: attached.card?.fingerprint });

    const changed = await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: attached.id },
      metadata: { a: '', c: '3' },
    });
    expect(changed).toMatchObject({ metadata: { b: '2', c: '3' } });
    expect(changed.invoice_settings.default_payment_method).toBe(attached.id);
    expect((await stripe.customers.list({ email: 'grace@example.com' })).data).toHaveLength(1);

    await stripe.paymentMethods.detach(attached.id);
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    expect(await refusal(stripe.paymentMethods.attach(attached.id, { customer: customer.id }))).toMatchObject({
      statusCode: 400,
    });
    await stripe.customers.del(customer.id);
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ deleted: true });
  });

  it('pages through lists in both directions', async () => {
    const { customer, payment_method } = await aCustomerWith(stripe, 'pm_card_visa');
    for (let more = 0; more < 4; more++) await renewal(stripe, { customer, payment_method });
    const all = await stripe.paymentIntents
      .list({ customer, limit: 2, expand: ['data.latest_charge'] })
      .autoPagingToArray({ limit: 9 });
    expect(all).toHaveLength(5);
    expect(all[4]?.latest_charge).toMatchObject({ object: 'charge' });
    const before = await stripe.paymentIntents.list({ customer, ending_before: all[3]?.id, limit: 2 });
    expect(before.data.map((intent) => intent.id)).toEqual([all[1]?.id, all[2]?.id]);
  });
});

describe('refunds', () => {
  it('gives back parts up to the whole, and keeps its fee', async () => {
    const { customer } = await aCustomerWith(stripe, 'pm_card_gb');
    const [paid] = (await stripe.paymentIntents.list({ customer })).data;
    const payment_intent = paid!.id;
    await stripe.refunds.create({ payment_intent, amount: 500 });
    expect(await refusal(stripe.refunds.create({ payment_intent, amount: 1501 }))).toMatchObject({ param: 'amount' });
    await stripe.refunds.create({ payment_intent });
    expect(await refusal(stripe.refunds.create({ payment_intent }))).toMatchObject({ code: 'charge_already_refunded' });
    const charge = (await stripe.charges.list({ payment_intent })).data[0];
    expect(charge).toMatchObject({ refunded: true, amount_refunded: 2000 });
    const moved = await stripe.balanceTransactions.list({ source: String(charge?.id) });
    expect(moved.data[0]).toMatchObject({ amount: 2000, fee: 118, type: 'charge' });
  });

  it('tells later that a refund has failed', async () => {
    const { customer } = await aCustomerWith(stripe, 'pm_card_refundFail');
    const [paid] = (await stripe.paymentIntents.list({ customer })).data;
    const refund = await stripe.refunds.create({ payment_intent: paid!.id });
    expect(refund.status).toBe('succeeded');
    await eventually(() => sandboxed.receiver.typesAbout(refund.id).includes('refund.failed'));
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'failed', failure_reason: 'unknown' });
  });
});

describe('disputes', () => {
  it.each([
    ['winning_evidence', 'won', [-2000, 2000]],
    ['losing_evidence', 'lost', [-2000]],
  ] as const)('takes a disputed payment back, and after %s it is %s', async (uncategorized_text, status, moved) => {
    const { customer } = await aCustomerWith(stripe, 'pm_card_createDispute');
    const [paid] = (await stripe.paymentIntents.list({ customer, expand: ['data.latest_charge'] })).data;
    expect(paid).toMatchObject({ status: 'succeeded', latest_charge: { disputed: true } });
    const [open] = (await stripe.disputes.list({ payment_intent: String(paid?.id) })).data;
    expect(open).toMatchObject({ status: 'needs_response', amount: 2000 });
    await eventually(() => sandboxed.receiver.typesAbout(String(open?.id)).includes('charge.dispute.created'));
    const closed = await stripe.disputes.update(String(open?.id), { evidence: { uncategorized_text } });
    expect(closed.status).toBe(status);
    expect(closed.balance_transactions.map(({ amount }) => amount)).toEqual(moved);
  });
});
