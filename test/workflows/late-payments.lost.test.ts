/** A week that is paid after its end, with everything stopping between the payment and the renewal that is due at once. */

import { charge } from '../../activities/stripe/charge.ts';
import { isRestarted, opensAttempt, stepAfter, stepsOf } from './lost.ts';
import { broken } from './products.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

async function owesAWeekOfGrace() {
  const sub = await aSubscription({ every: 'week', gracePeriod: 7, startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-03-15');
  expect(await sub.status()).toBe('past_due');
  await sub.isForgotten();
  await sub.cardAnswers('succeed');
  await opensAttempt(sub, await theWorld().now());
  const payment = (await sub.payments()).find(({ status }) => status === 'pending');
  if (!payment?.order) throw new Error('Nothing is to be charged.');
  return { sub, paymentId: payment.id, orderId: payment.order.id };
}

it.each([1, 2])(
  'paid, and written %i times under its step: the week that runs is billed once, by the new process',
  async (times) => {
    const { sub, paymentId, orderId } = await owesAWeekOfGrace();
    const outcome = await charge(theWorld().deps, { paymentId });
    const step = { ...(await stepAfter(sub, `settle/${paymentId}`)), orderId, paymentId, outcome };
    await Promise.all(Array.from({ length: times }, () => stepsOf().settle(step)));
    expect([await sub.status(), await sub.period()]).toEqual(['active', ['2027-03-08', '2027-03-15']]);

    await isRestarted(sub);
    expect(await sub.period()).toEqual(['2027-03-15', '2027-03-22']);
    expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-03-15 2000', '2027-03-15 2000']);
    expect(await sub.chargesAtProcessor()).toBe(3);
    const told: { name: string; n: number }[] = await theWorld()
      .orm.em.fork()
      .execute(
        `select name, count(*)::int as n from events where customer_id = ?::uuid and metadata ->> 'order_id' = ?
     group by name order by name`,
        [sub.ids.customerId, orderId],
      );
    expect(told.map(({ name, n }) => `${name} ${n}`)).toEqual(['balance.order 1', 'order.paid 1']);
    expect(await broken(sub)).toEqual([]);
  },
);
