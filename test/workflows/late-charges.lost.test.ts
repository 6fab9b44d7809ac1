/** Charges that are given up while their request is still on its way: it takes nothing when it arrives. */
import { charge, findCharge } from '../../activities/stripe/charge.ts';
import { chargePresent, findPresentCharge } from '../../activities/stripe/present-charge.ts';
import type { PaymentId } from '../../billing/ids.ts';
import { Payment } from '../../db/entities/payment.ts';
import { isRestarted, opensNextPeriod, stepAfter, stepsOf } from './lost.ts';
import { anotherProduct, broken } from './products.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HOUR = 60 * 60_000;
const CHARGES = { method: 'POST', path: '/payment_intents$/' };

async function sandbox(path: string, body?: object): Promise<{ held: number }> {
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${theWorld().sandboxUrl}/_sandbox${path}`, body === undefined ? {} : options);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json() as Promise<{ held: number }>;
}

async function pendingOf(sub: Life): Promise<PaymentId> {
  const payment = (await sub.payments()).find(({ status }) => status === 'pending');
  if (payment === undefined) throw new Error('Nothing is to be charged.');
  return payment.id;
}

/** What the processor answers to it once it has arrived. */
interface Late {
  arrives(): Promise<unknown>;
}

async function onItsWay(make: () => Promise<unknown>): Promise<Late> {
  await sandbox('/faults', { kind: 'hold', times: 1, match: CHARGES });
  const late = make();
  while ((await sandbox('')).held === 0) await new Promise((passed) => setTimeout(passed, 20));
  return {
    async arrives() {
      await sandbox('/let_go', {});
      return late;
    },
  };
}

/** The second period is open, its charge on the way, and nobody left who waits for it. */
async function lostOnTheWay(begunAgo = 0): Promise<{ sub: Life; paymentId: PaymentId; late: Late }> {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-31');
  await sub.isForgotten();
  await theWorld().passTime(3 * HOUR);
  await opensNextPeriod(sub, (await theWorld().now()) - begunAgo);
  const paymentId = await pendingOf(sub);
  return { sub, paymentId, late: await onItsWay(() => charge(theWorld().deps, { paymentId })) };
}

const declineOf = async (id: PaymentId) => {
  const payment = await theWorld().orm.em.fork().findOneOrFail(Payment, id);
  return [payment.status, payment.declineReason];
};

it('is the same charge for a process that makes it anew', async () => {
  const { sub, late } = await lostOnTheWay();
  await isRestarted(sub);
  expect(await late.arrives()).toEqual({ status: 'paid' });
  expect(await sub.chargesAtProcessor()).toBe(2);
  expect(await broken(sub)).toEqual([]);
});

it('takes nothing where its card was removed meanwhile', async () => {
  const { sub, paymentId, late } = await lostOnTheWay();
  await sub.removesCards();
  await isRestarted(sub);
  expect(await sub.status()).toBe('past_due');
  expect(await late.arrives()).toMatchObject({ status: 'declined' });
  expect(await declineOf(paymentId)).toEqual(['failed', 'payment_method_missing']);
  expect(await sub.chargesAtProcessor()).toBe(1);
  expect(await broken(sub)).toEqual([]);
});

it('takes nothing where its key is too old to be used again', async () => {
  const { sub, paymentId, late } = await lostOnTheWay(23 * HOUR);
  await isRestarted(sub);
  expect(await sub.status()).toBe('past_due');
  expect(await late.arrives()).toMatchObject({ status: 'declined' });
  expect(await declineOf(paymentId)).toEqual(['failed', 'processor_unreachable']);
  await sub.livesUntil('2027-04-04');
  expect([await sub.status(), await sub.chargesAtProcessor()]).toEqual(['active', 2]);
  expect(await broken(sub)).toEqual([]);
});

it('takes nothing under another variant of its key, where the processor repeats a failure for the first', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-31');
  await sub.isForgotten();
  await theWorld().passTime(3 * HOUR);
  await opensNextPeriod(sub, await theWorld().now());
  const paymentId = await pendingOf(sub);
  await sandbox('/faults', { kind: 'error', saved: true, times: 1, match: CHARGES });
  await expect(charge(theWorld().deps, { paymentId })).rejects.toThrow();
  const late = await onItsWay(() => charge(theWorld().deps, { paymentId }));
  const found = () => findCharge(theWorld().deps, { paymentId });
  expect(await found()).toEqual({ status: 'declined', reason: 'processor_unreachable' });
  expect(await late.arrives()).toMatchObject({ status: 'declined' });
  expect(await found()).toEqual({ status: 'declined', reason: 'processor_unreachable' });
  expect(await sub.chargesAtProcessor()).toBe(1);
  await isRestarted(sub);
});

it('is found, and not hindered, where it had arrived', async () => {
  const { sub, paymentId, late } = await lostOnTheWay();
  await late.arrives();
  expect(await findCharge(theWorld().deps, { paymentId })).toEqual({ status: 'paid' });
  await isRestarted(sub);
  expect(await sub.chargesAtProcessor()).toBe(2);
  expect(await broken(sub)).toEqual([]);
});

it('takes nothing for a change whose customer was there', async () => {
  const sub = await aSubscription({ startedOn: '2027-04-01' });
  await sub.livesUntil('2027-04-15');
  const productId = await anotherProduct(sub, { price: 4000 });
  await sub.isForgotten();
  const step = { ...(await stepAfter(sub, 'terms/lost')), begunAt: (await theWorld().now()) - 23 * HOUR };
  const wish = { wish: { productId }, behavior: 'invoice' as const, returnUrl: 'https://shop.example/portal' };
  await stepsOf().changeTerms({ ...step, ...wish });
  const paymentId = await pendingOf(sub);
  const late = await onItsWay(() => chargePresent(theWorld().deps, { paymentId }));
  // Twice, as if its answer had been lost in between.
  await findPresentCharge(theWorld().deps, { paymentId });
  await isRestarted(sub);
  expect(await late.arrives()).toMatchObject({ status: 'declined' });
  expect(await declineOf(paymentId)).toEqual(['failed', 'processor_unreachable']);
  expect([(await sub.row()).amount, await sub.chargesAtProcessor()]).toEqual([2000, 1]);
  expect(await broken(sub)).toEqual([]);
});
