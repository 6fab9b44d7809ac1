/** Charges that fail: when they are tried again, what becomes of the benefits, and how it ends. */
import { aSubscription, cardThatStartsToFail, livesInAWorldOfTheirOwn } from './support.ts';

livesInAWorldOfTheirOwn();

it('gives up after the fourth retry and takes the benefits back', async () => {
  const sub = await aSubscription({ price: 2000, paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });

  await sub.livesUntil('2027-04-01');
  expect(await sub.status()).toBe('past_due');
  expect(await sub.attempts()).toEqual(['2027-04-01']);
  expect(await sub.emails()).toEqual(['2027-04-01 subscription_past_due']);

  await sub.livesUntil('2027-04-23');
  expect(await sub.attempts()).toEqual(['2027-04-01', '2027-04-03', '2027-04-08', '2027-04-15', '2027-04-22']);
  expect(await sub.status()).toBe('canceled');
  expect(await sub.endedOn()).toBe('2027-04-22');
  expect(await sub.benefits()).toEqual([]);

  await sub.livesUntil('2027-08-01');
  expect(await sub.attempts()).toHaveLength(5);
  expect(await sub.chargesAtProcessor()).toBe(1);
});

it.each([
  [1, '2027-04-03'],
  [2, '2027-04-08'],
  [3, '2027-04-15'],
  [4, '2027-04-22'],
])('recovers at retry %i, on %s, with its period unchanged and its benefits back', async (retries, day) => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil(dayBefore(day));
  expect(await sub.status()).toBe('past_due');
  await sub.cardAnswers('succeed');

  await sub.livesUntil(day);
  expect(await sub.status()).toBe('active');
  expect(await sub.attempts()).toHaveLength(retries + 1);
  expect(await sub.paid()).toEqual(['2027-03-01 2000', `${day} 2000`]);
  expect(await sub.period()).toEqual(['2027-04-01', '2027-05-01']);
  expect(await sub.benefits()).toEqual(['A seat at the table']);

  await sub.livesUntil('2027-05-01');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', `${day} 2000`, '2027-05-01 2000']);
});

it.each(['lost_card', 'stolen_card', 'pickup_card'])('gives up at once after %s', async (reason) => {
  const sub = await aSubscription({ startedOn: '2027-03-01', gracePeriod: 7 });
  await sub.cardAnswers(reason);
  await sub.livesUntil('2027-05-01');
  expect(await sub.attempts()).toEqual(['2027-04-01']);
  expect(await sub.status()).toBe('canceled');
  expect(await sub.benefitsTakenOn()).toEqual(['2027-04-01']);
});

it('gives up at the retry that finds the card reported lost', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-05');
  await sub.cardAnswers('lost_card');
  await sub.livesUntil('2027-05-01');
  expect(await sub.attempts()).toEqual(['2027-04-01', '2027-04-03', '2027-04-08']);
  expect(await sub.endedOn()).toBe('2027-04-08');
});

it.each([
  [0, '2027-04-01'],
  [2, '2027-04-03'],
  [7, '2027-04-08'],
  [14, '2027-04-15'],
  [21, '2027-04-22'],
])('with a grace period of %i days takes the benefits on %s', async (gracePeriod, takenOn) => {
  const sub = await aSubscription({ gracePeriod, paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  if (gracePeriod > 0) {
    await sub.livesUntil(dayBefore(takenOn));
    expect(await sub.status()).toBe('past_due');
    expect(await sub.benefits()).toEqual(['A seat at the table']);
  }
  await sub.livesUntil('2027-04-30');
  expect(await sub.benefitsTakenOn()).toEqual([takenOn]);
});

it('gives the benefits back when the card recovers after the grace period', async () => {
  const sub = await aSubscription({ gracePeriod: 2, startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-05');
  expect(await sub.benefits()).toEqual([]);
  await sub.cardAnswers('succeed');
  await sub.livesUntil('2027-04-08');
  expect(await sub.benefits()).toEqual(['A seat at the table']);
});

it('keeps the benefits of whoever pays within the grace period', async () => {
  const sub = await aSubscription({ gracePeriod: 7, startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-02');
  await sub.cardAnswers('succeed');
  await sub.livesUntil('2027-04-30');
  expect(await sub.status()).toBe('active');
  expect(await sub.benefitsTakenOn()).toEqual([]);
});

it('tries a new card at once', async () => {
  const sub = await aSubscription({ paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-04-05');
  await sub.savesCard('pm_card_visa');
  expect(await sub.status()).toBe('active');
  expect(await sub.triggers()).toEqual(['subscription_cycle', 'retry_dunning', 'retry_payment_method_update']);

  await sub.livesUntil('2027-05-01');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-05 2000', '2027-05-01 2000']);
});

it('goes on with the schedule when the new card fails too', async () => {
  const sub = await aSubscription({ paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-04-05');
  await sub.savesCard(cardThatStartsToFail);
  expect(await sub.status()).toBe('past_due');

  await sub.livesUntil('2027-04-30');
  expect(await sub.attempts()).toEqual([
    '2027-04-01',
    '2027-04-03',
    '2027-04-05',
    '2027-04-08',
    '2027-04-15',
    '2027-04-22',
  ]);
  expect(await sub.status()).toBe('canceled');
});

it('lets a customer retry by hand five times, without using up the schedule', async () => {
  const sub = await aSubscription({ paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-04-02');
  for (let retry = 1; retry <= 5; retry += 1) expect(await sub.retriesByHand()).toMatchObject({ status: 'declined' });
  await expect(sub.retriesByHand()).rejects.toThrow('retried 5 times');

  await sub.livesUntil('2027-04-30');
  expect((await sub.triggers()).filter((trigger) => trigger === 'retry_dunning')).toHaveLength(4);
  expect(await sub.endedOn()).toBe('2027-04-22');
});

it('pays at the retry by hand once the card is good again', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-01');
  await sub.cardAnswers('succeed');
  expect(await sub.retriesByHand()).toEqual({ status: 'paid' });
  expect(await sub.retriesByHand()).toEqual({ status: 'nothing_due' });

  await sub.livesUntil('2027-05-01');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-01 2000', '2027-05-01 2000']);
});

it('does not bill the weeks that passed while nothing was paid', async () => {
  const sub = await aSubscription({ every: 'week', startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-03-20');
  await sub.cardAnswers('succeed');

  await sub.livesUntil('2027-03-22');
  expect(await sub.status()).toBe('active');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-03-22 2000']);
  expect(await sub.period()).toEqual(['2027-03-22', '2027-03-29']);

  await sub.livesUntil('2027-03-29');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-03-22 2000', '2027-03-29 2000']);
});

it('bills the week that was had whole in the grace period, and the one in which it is paid', async () => {
  const sub = await aSubscription({ every: 'week', gracePeriod: 7, startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-03-14');
  await sub.cardAnswers('succeed');

  await sub.livesUntil('2027-03-15');
  expect(await sub.status()).toBe('active');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-03-15 2000', '2027-03-15 2000']);
  expect(await sub.period()).toEqual(['2027-03-15', '2027-03-22']);
  expect(await sub.benefits()).toEqual(['A seat at the table']);

  await sub.livesUntil('2027-03-22');
  expect(await sub.paid()).toHaveLength(4);
});

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}
