/** A change's charge waits for the customer's bank, and everything stops, somewhere between the charge and its end. */
import { cancelPresentCharge, chargePresent, readPresentCharge } from '../../activities/stripe/present-charge.ts';
import type { ProductId } from '../../billing/ids.ts';
import { SWEEP, startSweep } from '../../worker/sweep.ts';
import { bank } from '../sandbox/sandboxed.ts';
import { isRestarted, stepAfter, stepsOf } from './lost.ts';
import { anotherProduct, bills, broken } from './products.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();
afterEach(() => theWorld().forget(SWEEP));

const MINUTE = 60_000;
const RETURN_URL = 'https://shop.example/portal';

async function inMidApril(): Promise<{ sub: Life; productId: ProductId }> {
  const sub = await aSubscription({ startedOn: '2027-04-01' });
  await sub.livesUntil('2027-04-15');
  const productId = await anotherProduct(sub, { price: 4000 });
  await sub.cardAnswers('authentication_required');
  return { sub, productId };
}

/** Its process is gone as soon as the processor has answered that the bank asks: that it waits was not written. */
async function lostBeforeWaiting() {
  const { sub, productId } = await inMidApril();
  await sub.isForgotten();
  const step = { ...(await stepAfter(sub, 'terms/lost')), begunAt: await theWorld().now() };
  await stepsOf().changeTerms({ ...step, wish: { productId }, behavior: 'invoice', returnUrl: RETURN_URL });
  const outcome = await chargePresent(theWorld().deps, { paymentId: await waitingPayment(sub) });
  expect(outcome.status).toBe('action_required');
  return sub;
}

/** Its process waits. */
async function waiting() {
  const { sub, productId } = await inMidApril();
  const asked = { wish: { productId }, behavior: 'invoice' as const, returnUrl: RETURN_URL };
  expect(await sub.process.changeTerms(asked)).toMatchObject({ waiting: expect.any(String) });
  // It is ended once it waits for something: what it was just doing would hold up the time.
  await theWorld().passTime(20_000);
  return sub;
}

async function waitingPayment(sub: Life) {
  const payment = (await sub.payments()).find(({ status }) => status === 'pending');
  if (payment === undefined) throw new Error('No payment waits.');
  return payment.id;
}

/** Of the change's payment. */
async function intentOf(sub: Life) {
  const { processorId } = (await sub.payments()).at(-1) ?? {};
  return theWorld().stripe.paymentIntents.retrieve(processorId ?? '');
}

/** From then on the card is as good as any. */
async function approved(sub: Life) {
  const { next_action: action } = await intentOf(sub);
  await bank(action?.redirect_to_url?.url, 'approve');
  await sub.cardAnswers('succeed');
}

async function isMadeOnce(sub: Life) {
  expect(await sub.row()).toMatchObject({ amount: 4000, status: 'active' });
  expect(await bills(sub)).toEqual(['2027-04-15 update paid 1000 (-1000 2000)']);
  expect(await sub.chargesAtProcessor()).toBe(2);
  expect(await broken(sub)).toEqual([]);
}

/** And nobody can pay for it any more. */
async function isAsItWas(sub: Life) {
  expect(await sub.row()).toMatchObject({ amount: 2000, status: 'active' });
  expect(await bills(sub)).toEqual(['2027-04-15 update void 1000 (-1000 2000)']);
  expect((await intentOf(sub)).status).toBe('canceled');
  expect(await sub.chargesAtProcessor()).toBe(1);
  expect(await broken(sub)).toEqual([]);
}

// First, and over at their end: the sweep brings back the lives of the tests before as well.
describe('while it waits', () => {
  it('is found by the sweep, and made once the bank approves', async () => {
    const sub = await waiting();
    await sub.isForgotten();
    await startSweep(theWorld().client);
    await theWorld().passTime(30_000);
    await approved(sub);
    await theWorld().passTime(2 * MINUTE);
    await isMadeOnce(sub);
    await sub.isRevoked();
  });

  it('is lost again right after the first look of the sweep: the next one finds it, and its hour is over', async () => {
    const sub = await waiting();
    await startSweep(theWorld().client);
    await theWorld().passTime(30_000);
    await sub.isForgotten();
    await theWorld().passTime(75 * MINUTE);
    await isAsItWas(sub);
    await sub.isRevoked();
  });
});

describe('before it was written that it waits', () => {
  it('waits then, and is made once the bank approves', async () => {
    const sub = await lostBeforeWaiting();
    await isRestarted(sub);
    expect((await sub.payments()).at(-1)).toMatchObject({ status: 'pending', approveBy: expect.any(Date) });
    await approved(sub);
    await theWorld().passTime(MINUTE);
    await isMadeOnce(sub);
  });

  it('is made though the bank had approved by then, which the charge under its key does not tell', async () => {
    const sub = await lostBeforeWaiting();
    await approved(sub);
    await isRestarted(sub);
    await theWorld().passTime(MINUTE);
    await isMadeOnce(sub);
  });

  it('gives way to what is asked next', async () => {
    const sub = await lostBeforeWaiting();
    await sub.cancels();
    await isAsItWas(sub);
  });
});

describe('before its end was written', () => {
  it('approved and read: the new process makes it, once', async () => {
    const sub = await waiting();
    await sub.isForgotten();
    await approved(sub);
    expect(await readPresentCharge(theWorld().deps, { paymentId: await waitingPayment(sub) })).toEqual({
      status: 'paid',
    });
    await isRestarted(sub);
    await theWorld().passTime(MINUTE);
    await isMadeOnce(sub);
  });

  it('approved and settled, twice under one step: made once', async () => {
    const sub = await waiting();
    await sub.isForgotten();
    await approved(sub);
    const payment = (await sub.payments()).find(({ status }) => status === 'pending');
    if (!payment?.order) throw new Error('No payment waits.');
    const outcome = await readPresentCharge(theWorld().deps, { paymentId: payment.id });
    if (outcome.status !== 'paid') throw new Error('The bank has approved.');
    const ids = { orderId: payment.order.id, paymentId: payment.id };
    const step = { ...(await stepAfter(sub, `settle/${payment.id}`)), ...ids, outcome };
    await Promise.all([stepsOf().settle(step), stepsOf().settle(step)]);
    await isRestarted(sub);
    await isMadeOnce(sub);
  });

  it('approved after its hour, with nobody there to call it off: the customer gets what they paid for', async () => {
    const sub = await waiting();
    await sub.isForgotten();
    await theWorld().passTime(90 * MINUTE);
    await approved(sub);
    await isRestarted(sub);
    await isMadeOnce(sub);
  });

  it('called off: the new process finds that, and all is as it was', async () => {
    const sub = await waiting();
    await sub.isForgotten();
    await cancelPresentCharge(theWorld().deps, { paymentId: await waitingPayment(sub) });
    await isRestarted(sub);
    await theWorld().passTime(MINUTE);
    await isAsItWas(sub);
  });
});
