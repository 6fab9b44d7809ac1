/** Reminders that nobody asks for: of a rare renewal, and of a card that is about to expire. */

import { remindOfCards } from '../../activities/email/cards.ts';
import type { CustomerId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import type { cardExpiry } from '../../workflows/card-expiry.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { aSubscription, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const reminders = async (sub: Life) => (await sub.emails()).filter((email) => email.endsWith('_reminder'));

it('reminds of a yearly renewal seven days before it, each year', async () => {
  const sub = await aSubscription({ price: 20_000, every: 'year', startedOn: '2027-03-01' });
  await sub.livesUntil('2029-03-02');
  expect(await reminders(sub)).toEqual([
    '2028-02-23 subscription_renewal_reminder',
    '2029-02-22 subscription_renewal_reminder',
  ]);
  expect(await sub.paid()).toEqual(['2027-03-01 20000', '2028-03-01 20000', '2029-03-01 20000']);
});

it.each([
  ['month', 1, 2000],
  ['month', 6, 2000],
  ['year', 1, 0],
] as const)('is silent before the renewal of what is every %s × %i for %i', async (every, everyCount, price) => {
  const sub = await aSubscription({ price, every, everyCount, startedOn: '2027-03-01' });
  await sub.livesUntil('2028-03-02');
  expect(await reminders(sub)).toEqual([]);
});

it('is silent before an end, and reminds once more when the renewal is moved', async () => {
  const sub = await aSubscription({ price: 20_000, every: 'year', startedOn: '2027-03-01' });
  await sub.livesUntil('2028-02-20');
  await sub.cancels();
  await sub.livesUntil('2028-02-24');
  expect(await reminders(sub)).toEqual([]);
  await sub.process.uncancel();
  await sub.livesUntil('2028-02-25');
  await sub.process.movePeriodEnd(sub.calendar.at('2028-04-01'));
  await sub.livesUntil('2028-04-02');
  expect(await reminders(sub)).toEqual([
    '2028-02-24 subscription_renewal_reminder',
    '2028-03-25 subscription_renewal_reminder',
  ]);
});

describe('a card', () => {
  const look = async (sub: Life) => {
    const at = await theWorld().now();
    await remindOfCards(theWorld().deps, { from: at, to: at, clockId: null });
    return reminders(sub);
  };
  const expiresIn = (sub: Life, expYear: number, expMonth: number) =>
    theWorld().orm.em.fork().nativeUpdate(PaymentMethod, ofCustomer(sub), { expYear, expMonth });
  const ofCustomer = (sub: Life): { customer: CustomerId } => ({ customer: sub.ids.customerId });
  const monthsFromNow = async (months: number): Promise<[number, number]> => {
    const now = new Date(await theWorld().now());
    const then = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
    return [then.getUTCFullYear(), then.getUTCMonth() + 1];
  };

  it('is reminded of once in its last month, and once more for its successor’s', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await expiresIn(sub, ...(await monthsFromNow(1)));
    expect(await look(sub)).toEqual([]);
    await expiresIn(sub, ...(await monthsFromNow(0)));
    expect(await look(sub)).toHaveLength(1);
    expect(await look(sub)).toEqual(['2027-03-01 payment_method_expiration_reminder']);
    await expiresIn(sub, ...(await monthsFromNow(12)));
    expect(await look(sub)).toHaveLength(1);
    await sub.livesUntil('2028-03-10');
    expect(await look(sub)).toHaveLength(2);
  });

  it('that nothing will be charged on is left alone', async () => {
    const canceled = await aSubscription({ startedOn: '2027-03-01' });
    await expiresIn(canceled, ...(await monthsFromNow(0)));
    await canceled.cancels();
    expect(await look(canceled)).toEqual([]);
    const spare = await aSubscription({ startedOn: '2027-03-01' });
    await expiresIn(spare, ...(await monthsFromNow(0)));
    await theWorld().orm.em.fork().nativeUpdate(Customer, spare.ids.customerId, { defaultPaymentMethodId: null });
    expect(await look(spare)).toEqual([]);
  });

  it('is reminded of in the daily round', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await expiresIn(sub, ...(await monthsFromNow(1)));
    await theWorld().client.workflow.start<typeof cardExpiry>('cardExpiry', {
      workflowId: 'card-expiry',
      taskQueue: DELIVERY_QUEUE,
      args: [],
    });
    await sub.livesUntil('2027-04-20');
    expect(await reminders(sub)).toHaveLength(1);
    await theWorld().forget('card-expiry');
  });
});
