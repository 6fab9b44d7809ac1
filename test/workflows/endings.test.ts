/** How subscriptions are called off, taken back and ended. */
import { aSubscription, cardThatStartsToFail, livesInAWorldOfTheirOwn } from './support.ts';

livesInAWorldOfTheirOwn();

it('ends a canceled subscription with its period', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-20');
  await sub.cancels();
  expect(await sub.status()).toBe('active');

  await sub.livesUntil('2027-03-31');
  expect(await sub.benefits()).toEqual(['A seat at the table']);

  await sub.livesUntil('2027-06-01');
  expect(await sub.status()).toBe('canceled');
  expect(await sub.endedOn()).toBe('2027-04-01');
  expect(await sub.benefits()).toEqual([]);
  expect(await sub.paid()).toEqual(['2027-03-01 2000']);
});

it('goes on when the cancellation is taken back', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-20');
  await sub.cancels();
  await sub.livesUntil('2027-03-30');
  await sub.process.uncancel();

  await sub.livesUntil('2027-05-01');
  expect(await sub.status()).toBe('active');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-01 2000', '2027-05-01 2000']);
});

it('ends a revoked subscription at once, without credit', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-20');
  await sub.isRevoked();
  expect(await sub.status()).toBe('canceled');
  expect(await sub.endedOn()).toBe('2027-03-20');
  expect(await sub.benefits()).toEqual([]);

  await sub.livesUntil('2027-06-01');
  expect(await sub.chargesAtProcessor()).toBe(1);
});

it('revokes what was set to end with its period', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-10');
  await sub.cancels();
  await sub.livesUntil('2027-03-20');
  await sub.isRevoked();
  expect(await sub.endedOn()).toBe('2027-03-20');
});

it('refuses to cancel twice, to take back what was not canceled, and to change what has ended', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await expect(sub.process.uncancel()).rejects.toThrow('not set to end');
  await sub.cancels();
  await expect(sub.cancels()).rejects.toThrow('already set to end');
  await expect(sub.movesTrialEnd('2027-05-01')).rejects.toThrow('take that back first');
  await sub.isRevoked();
  await expect(sub.cancels()).rejects.toThrow();
});

it('tries the unpaid order to the last, but bills no further period, when canceled while past due', async () => {
  const sub = await aSubscription({ paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-04-05');
  await sub.cancels();
  expect(await sub.status()).toBe('past_due');

  await sub.livesUntil('2027-06-01');
  expect(await sub.status()).toBe('canceled');
  expect(await sub.billed()).toEqual(['2027-03-01', '2027-04-01']);
  expect(await sub.attempts()).toEqual(['2027-04-01', '2027-04-03', '2027-04-08', '2027-04-15', '2027-04-22']);
});

it('ends with its period when it recovers after it was canceled', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.cardAnswers('insufficient_funds');
  await sub.livesUntil('2027-04-05');
  await sub.cancels();
  await sub.cardAnswers('succeed');

  await sub.livesUntil('2027-04-08');
  expect(await sub.status()).toBe('active');
  await sub.livesUntil('2027-06-01');
  expect(await sub.endedOn()).toBe('2027-05-01');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-08 2000']);
});

it('ends a past due subscription with its period where that comes before the last retry', async () => {
  const sub = await aSubscription({ every: 'week', paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-09');
  await sub.cancels();

  await sub.livesUntil('2027-04-30');
  expect(await sub.status()).toBe('canceled');
  expect(await sub.endedOn()).toBe('2027-03-15');
  expect(await sub.attempts()).toEqual(['2027-03-08', '2027-03-10']);
});

it('charges a revoked past due subscription no more', async () => {
  const sub = await aSubscription({ paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-04-05');
  await sub.isRevoked();

  await sub.livesUntil('2027-06-01');
  expect(await sub.attempts()).toEqual(['2027-04-01', '2027-04-03']);
});
