/** Trials, from the card that is set up to the first charge, or to none. */
import { aSubscription, cardThatStartsToFail, livesInAWorldOfTheirOwn } from './support.ts';

livesInAWorldOfTheirOwn();

it('charges for the first time when the trial ends', async () => {
  const sub = await aSubscription({ price: 2000, trialDays: 14, startedOn: '2027-03-01' });
  expect(await sub.status()).toBe('trialing');
  expect(await sub.benefits()).toEqual(['A seat at the table']);

  await sub.livesUntil('2027-03-14');
  expect(await sub.paid()).toEqual([]);

  await sub.livesUntil('2027-04-15');
  expect(await sub.status()).toBe('active');
  expect(await sub.paid()).toEqual(['2027-03-15 2000', '2027-04-15 2000']);
  expect(await sub.chargesAtProcessor()).toBe(2);
});

it('never charges a trial that was canceled, and leaves it its benefits to the end', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-05');
  await sub.cancels();
  expect(await sub.benefits()).toEqual(['A seat at the table']);

  await sub.livesUntil('2027-06-01');
  expect(await sub.status()).toBe('canceled');
  expect(await sub.endedOn()).toBe('2027-03-15');
  expect(await sub.benefits()).toEqual([]);
  expect(await sub.chargesAtProcessor()).toBe(0);
  expect(await sub.emails()).toEqual(['2027-03-05 subscription_cancellation', '2027-03-15 subscription_revoked']);
});

it('charges after all when the cancellation of a trial was taken back', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-05');
  await sub.cancels();
  await sub.livesUntil('2027-03-08');
  await sub.process.uncancel();

  await sub.livesUntil('2027-03-15');
  expect(await sub.paid()).toEqual(['2027-03-15 2000']);
});

it.each([
  [30, '2027-03-28'],
  [3, '2027-03-01'],
  [2, '2027-03-02'],
  [1, '2027-03-01'],
])('reminds of the end of a trial of %i days on %s', async (trialDays, reminded) => {
  const sub = await aSubscription({ trialDays, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-04-10');
  const reminders = (await sub.emails()).filter((email) => email.endsWith('_reminder'));
  expect(reminders).toEqual([`${reminded} subscription_trial_conversion_reminder`]);
});

it('reminds again when the end of the trial is moved', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-13');
  await sub.movesTrialEnd('2027-03-25');

  await sub.livesUntil('2027-04-01');
  expect(await sub.emails()).toEqual([
    '2027-03-12 subscription_trial_conversion_reminder',
    '2027-03-13 subscription_updated',
    '2027-03-22 subscription_trial_conversion_reminder',
    '2027-03-25 subscription_cycled_after_trial',
  ]);
  expect(await sub.paid()).toEqual(['2027-03-25 2000']);
});

it('counts a second trial from its own start, and reminds of it by its own length', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-20');
  await sub.movesTrialEnd('2027-03-23');
  expect(sub.calendar.day((await sub.row()).trialStart ?? 0)).toBe('2027-03-20');

  await sub.livesUntil('2027-03-23');
  expect(await sub.emails()).toEqual([
    '2027-03-12 subscription_trial_conversion_reminder',
    '2027-03-15 subscription_cycled_after_trial',
    '2027-03-20 subscription_updated',
    '2027-03-22 subscription_trial_conversion_reminder',
    '2027-03-23 subscription_cycled_after_trial',
  ]);
});

it('goes to dunning when the card fails at the end of the trial', async () => {
  const sub = await aSubscription({ trialDays: 7, paidWith: cardThatStartsToFail, startedOn: '2027-03-01' });

  await sub.livesUntil('2027-03-08');
  expect(await sub.status()).toBe('past_due');
  expect(await sub.benefits()).toEqual([]);

  await sub.livesUntil('2027-03-30');
  expect(await sub.attempts()).toEqual(['2027-03-08', '2027-03-10', '2027-03-15', '2027-03-22', '2027-03-29']);
  expect(await sub.status()).toBe('canceled');
  expect(await sub.chargesAtProcessor()).toBe(0);
});

it('counts periods from where the end of the trial was moved to', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-05');
  await sub.movesTrialEnd('2027-03-31');

  await sub.livesUntil('2027-06-01');
  expect(await sub.paid()).toEqual(['2027-03-31 2000', '2027-04-30 2000', '2027-05-31 2000']);
});

it('charges at once when the trial is ended now', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-04');
  await sub.movesTrialEnd('now');
  expect(await sub.status()).toBe('active');

  await sub.livesUntil('2027-04-05');
  expect(await sub.paid()).toEqual(['2027-03-04 2000', '2027-04-04 2000']);
});

it('lets an active subscription go into a trial, which moves its next charge', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-20');
  await sub.movesTrialEnd('2027-04-10');
  expect(await sub.status()).toBe('trialing');

  await sub.livesUntil('2027-05-10');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-10 2000', '2027-05-10 2000']);
});

it('takes no card and no money for what is free', async () => {
  const sub = await aSubscription({ price: 0, startedOn: '2027-03-01' });
  await sub.livesUntil('2027-05-01');
  expect(await sub.billed()).toEqual(['2027-03-01', '2027-04-01', '2027-05-01']);
  expect(await sub.attempts()).toEqual([]);
  expect(await sub.status()).toBe('active');
});
