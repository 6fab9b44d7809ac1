/** Charges that the processor says it is still at work on: its answer under the key stays that, and so it is asked again by id. */
import { charge } from '../../activities/stripe/charge.ts';
import { chargePresent } from '../../activities/stripe/present-charge.ts';
import { Payment } from '../../db/entities/payment.ts';
import { opensNextPeriod } from './lost.ts';
import { broken } from './products.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HOUR = 60 * 60_000;

async function nextIsBeingProcessed(): Promise<void> {
  const fault = { kind: 'processing', times: 1, match: { method: 'POST', path: '/payment_intents$/' } };
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) };
  const answer = await fetch(`${theWorld().sandboxUrl}/_sandbox/faults`, options);
  if (!answer.ok) throw new Error(await answer.text());
}

it('is known to be paid, and its subscription answers, as soon as the processor is done', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-31');
  await nextIsBeingProcessed();
  await theWorld().passTime(4 * HOUR);
  expect(await sub.paid()).toHaveLength(2);
  expect(await sub.chargesAtProcessor()).toBe(2);
  await sub.cancels();
  expect(await broken(sub)).toEqual([]);
});

it.each([
  ['in the background', charge],
  ['with the customer there', chargePresent],
])('%s, the same attempt asks again by its id', async (_where, make) => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-31');
  await sub.isForgotten();
  await theWorld().passTime(3 * HOUR);
  await opensNextPeriod(sub, await theWorld().now());
  const payment = (await sub.payments()).find(({ status }) => status === 'pending');
  if (payment === undefined) throw new Error('Nothing is to be charged.');
  await theWorld().orm.em.fork().nativeUpdate(Payment, payment.id, { returnUrl: 'https://shop.example.com/portal' });
  await nextIsBeingProcessed();
  await expect(make(theWorld().deps, { paymentId: payment.id })).rejects.toMatchObject({ type: 'Processing' });
  expect(await make(theWorld().deps, { paymentId: payment.id })).toEqual({ status: 'paid' });
});
