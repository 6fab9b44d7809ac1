/** Subscriptions that pause: what is billed and held meanwhile, and how they go on. */
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

it('pauses with its period and resumes when asked, with a new period that is charged at once', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.livesUntil('2027-03-10');
  await sub.process.pause(null);
  expect(await sub.status()).toBe('active');

  await sub.livesUntil('2027-03-31');
  expect(await sub.benefits()).toEqual(['A seat at the table']);

  await sub.livesUntil('2027-05-10');
  expect(await sub.status()).toBe('paused');
  expect(await sub.benefitsTakenOn()).toEqual(['2027-04-01']);
  expect(await sub.paid()).toEqual(['2027-03-01 2000']);

  await sub.process.resume();
  expect(await sub.status()).toBe('active');
  expect(await sub.benefits()).toEqual(['A seat at the table']);
  expect(await sub.period()).toEqual(['2027-05-10', '2027-06-10']);
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-05-10 2000']);

  await sub.livesUntil('2027-07-11');
  expect(await sub.billed()).toEqual(['2027-03-01', '2027-05-10', '2027-06-10', '2027-07-10']);
});

it('resumes by itself on its date', async () => {
  const sub = await aSubscription({ startedOn: '2027-01-31' });
  await sub.process.pause(sub.calendar.at('2027-03-15'));
  await sub.livesUntil('2027-03-14');
  expect(await sub.status()).toBe('paused');

  await sub.livesUntil('2027-04-20');
  expect(await sub.status()).toBe('active');
  expect(await sub.paid()).toEqual(['2027-01-31 2000', '2027-03-15 2000', '2027-04-15 2000']);
});

it('goes on when the pause is taken back, and when it is another date that it resumes on', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.process.pause(null);
  await sub.process.unpause();
  await sub.livesUntil('2027-04-02');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-01 2000']);

  await sub.process.pause(null);
  await sub.livesUntil('2027-05-10');
  await sub.process.pause(sub.calendar.at('2027-05-20'));
  await sub.livesUntil('2027-05-21');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-01 2000', '2027-05-20 2000']);
});

it('pauses a trial at its end, and charges nothing', async () => {
  const sub = await aSubscription({ trialDays: 14, startedOn: '2027-03-01' });
  await sub.process.pause(null);
  await sub.livesUntil('2027-04-01');
  expect(await sub.status()).toBe('paused');
  expect(await sub.emails()).toEqual(['2027-03-15 subscription_paused']);
  expect(await sub.chargesAtProcessor()).toBe(0);
  await sub.process.resume();
  expect(await sub.paid()).toEqual(['2027-04-01 2000']);
});

it('goes into dunning when the charge of the resumed period is declined', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.process.pause(null);
  await sub.livesUntil('2027-04-10');
  await sub.cardAnswers('insufficient_funds');
  await sub.process.resume();
  expect(await sub.status()).toBe('past_due');
  expect(await sub.benefits()).toEqual([]);
  await sub.cardAnswers('succeed');

  await sub.livesUntil('2027-04-13');
  expect(await sub.status()).toBe('active');
  expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-04-12 2000']);
  expect(await sub.period()).toEqual(['2027-04-10', '2027-05-10']);
});

it('ends at once when it is canceled or revoked while paused', async () => {
  const canceled = await aSubscription({ startedOn: '2027-03-01' });
  const revoked = await aSubscription({ startedOn: '2027-03-01' });
  for (const sub of [canceled, revoked]) {
    await sub.process.pause(null);
    await sub.livesUntil('2027-04-10');
  }
  await canceled.cancels();
  await revoked.isRevoked();
  for (const sub of [canceled, revoked]) {
    expect(await sub.status()).toBe('canceled');
    expect(await sub.endedOn()).toBe(sub.calendar.day(await theWorld().now()));
    expect(await sub.row()).toMatchObject({ pausedAt: null, resumesAt: null, pauseAtPeriodEnd: false });
  }
});

it('ends with its period when it is canceled while set to pause', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.process.pause(sub.calendar.at('2027-06-01'));
  await sub.cancels();
  await sub.process.uncancel();
  expect((await sub.row()).pauseAtPeriodEnd).toBe(false);
  await sub.process.pause(null);
  await sub.cancels();
  await sub.livesUntil('2027-06-02');
  expect(await sub.endedOn()).toBe('2027-04-01');
});

it('charges once what was resumed twice at a time', async () => {
  const sub = await aSubscription({ startedOn: '2027-03-01' });
  await sub.process.pause(null);
  await sub.livesUntil('2027-04-10');
  const both = await Promise.allSettled([sub.process.resume(), sub.process.resume()]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await sub.chargesAtProcessor()).toBe(2);
});
