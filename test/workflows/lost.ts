/** What was done just before everything stopped, without the process hearing of it. */
import { charge } from '../../activities/stripe/charge.ts';
import { subscriptionActivities } from '../../activities/subscriptions/index.ts';
import { restartSubscription } from '../../activities/waking/subscriptions.ts';
import { Payment } from '../../db/entities/payment.ts';
import { type Life, theWorld } from './support.ts';

export const stepsOf = () => subscriptionActivities(theWorld().deps);

export async function stepAfter(sub: Life, key: string) {
  const { id, sequence } = await sub.row();
  return { subscriptionId: id, sequence: sequence + 1, key, at: await theWorld().now() };
}

export async function opensNextPeriod(sub: Life, begunAt: number): Promise<void> {
  await stepsOf().openPeriod({ ...(await stepAfter(sub, 'renewal')), begunAt });
}

export async function opensAttempt(sub: Life, begunAt: number): Promise<void> {
  const [{ order } = {}] = await sub.payments();
  if (!order) throw new Error('There is no order to pay.');
  const attempt = { orderId: order.id, trigger: 'retry_dunning', paymentMethodId: null, begunAt } as const;
  await stepsOf().openAttempt({ ...(await stepAfter(sub, `retry/${begunAt}`)), ...attempt });
}

/** The processor is asked, and nobody hears its answer. */
export async function chargeAtProcessor(sub: Life): Promise<void> {
  const pending = (await sub.payments()).find(({ status }) => status === 'pending');
  if (pending === undefined) throw new Error('Nothing is to be charged.');
  await charge(theWorld().deps, { paymentId: pending.id });
  await theWorld().orm.em.fork().nativeUpdate(Payment, pending.id, { processorId: null });
}

export async function cancelIsLost(sub: Life, sequence?: number) {
  const step = await stepAfter(sub, 'cancel/lost');
  return stepsOf().cancelAtPeriodEnd({ ...step, sequence: sequence ?? step.sequence, reason: null, comment: null });
}

export async function isRestarted(sub: Life): Promise<void> {
  const { orm, client } = theWorld();
  expect(await restartSubscription(orm.em.fork(), client, sub.ids.subscriptionId)).toBe(true);
  await theWorld().passTime(5_000);
}
