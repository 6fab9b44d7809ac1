/** Retries by hand with another card than the one that the schedule charges. */
import { randomUUID } from 'node:crypto';
import type { PaymentMethodId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { opensNextPeriod } from './lost.ts';
import { tokenOf } from './shop.ts';
import { aSubscription, cardThatStartsToFail, type Life, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HOUR = 60 * 60_000;

/** Saves a card beside the default one, of which the bank says `outcome`. */
async function anotherCard(sub: Life, outcome: string): Promise<PaymentMethodId> {
  const { organizationId, customerId } = sub.ids;
  await theWorld().processes.setUpCard({
    ...{ setupId: randomUUID(), organizationId, customerId, returnUrl: 'https://shop.example/portal' },
    ...{ confirmationToken: await tokenOf(theWorld(), 'pm_card_mastercard'), setDefault: false, clockNow: null },
  });
  const em = theWorld().orm.em.fork();
  const { defaultPaymentMethodId } = await em.findOneOrFail(Customer, customerId);
  const where = { customer: customerId, id: { $ne: defaultPaymentMethodId as PaymentMethodId } };
  const card = await em.findOneOrFail(PaymentMethod, where);
  const answer = await fetch(`${theWorld().sandboxUrl}/_sandbox/payment_methods/${card.stripeId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ outcome }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return card.id;
}

it.each(['lost_card', 'stolen_card'])('another card that answers %s leaves the schedule as it was', async (reason) => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-02');
  const other = await anotherCard(sub, reason);
  expect(await sub.process.retryPayment('retry_customer', other)).toMatchObject({ status: 'declined' });
  expect(await sub.status()).toBe('past_due');

  await sub.cardAnswers('succeed');
  await sub.livesUntil('2027-04-04');
  expect(await sub.status()).toBe('active');
  expect(await sub.attempts()).toEqual(['2027-04-01', '2027-04-02', '2027-04-03']);
});

it('gives up when the default card, tried by hand, is reported lost', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-02');
  await sub.cardAnswers('lost_card');
  await sub.retriesByHand();
  expect(await sub.status()).toBe('canceled');
});

it('gives up when the new default card is reported lost', async () => {
  const sub = await aSubscription({ paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-04-02');
  const other = await anotherCard(sub, 'lost_card');
  await theWorld().orm.em.fork().nativeUpdate(Customer, { id: sub.ids.customerId }, { defaultPaymentMethodId: other });
  await sub.process.retryPayment('retry_payment_method_update');
  expect(await sub.status()).toBe('canceled');
});

it('goes on with a new card that came while the one of before was charged, which is lost', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('lost_card');
  await sub.livesUntil('2027-03-31');
  await sub.isForgotten();
  await theWorld().passTime(3 * HOUR);
  await opensNextPeriod(sub, await theWorld().now());
  await sub.savesCard('pm_card_visa');
  expect([await sub.status(), await sub.triggers()]).toEqual([
    'active',
    ['subscription_cycle', 'retry_payment_method_update'],
  ]);
});
