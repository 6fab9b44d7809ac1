/** Processes that are lost, steps whose answer is lost, and charges that were under way: nothing is lost or done twice. */
import {
  cancelIsLost,
  chargeAtProcessor,
  isRestarted,
  opensAttempt,
  opensNextPeriod,
  stepAfter,
  stepsOf,
} from './lost.ts';
import { aSubscription, livesInAWorldOfTheirOwn, theWorld } from './support.ts';

livesInAWorldOfTheirOwn();

const HOUR = 3_600_000;

describe('a process that is lost', () => {
  it('is started again by the next request', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await sub.isForgotten();
    await sub.cancels();
    expect((await sub.row()).cancelAtPeriodEnd).toBe(true);

    await sub.livesUntil('2027-04-02');
    expect(await sub.endedOn()).toBe('2027-04-01');
  });

  it('is not started for what has ended', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await sub.isRevoked();
    await expect(sub.cancels()).rejects.toThrow('already canceled');
  });
});

describe('a charge that was under way', () => {
  it('is made once the period that it pays was opened and the process was lost', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await sub.livesUntil('2027-03-31');
    await sub.isForgotten();
    await opensNextPeriod(sub, await theWorld().now());
    expect(await sub.period()).toEqual(['2027-04-01', '2027-05-01']);

    await isRestarted(sub);
    expect(await sub.paid()).toEqual(['2027-03-01 2000', '2027-03-31 2000']);
    expect(await sub.chargesAtProcessor()).toBe(2);
  });

  it('is asked about under its own key, and not made a second time, in a retry too', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await sub.cardAnswers('insufficient_funds');
    await sub.livesUntil('2027-04-02');
    await sub.isForgotten();
    await sub.cardAnswers('succeed');
    await opensAttempt(sub, await theWorld().now());
    await chargeAtProcessor(sub);
    expect(await sub.chargesAtProcessor()).toBe(2);

    await isRestarted(sub);
    expect(await sub.status()).toBe('active');
    expect(await sub.attempts()).toEqual(['2027-04-01', '2027-04-02']);
    await sub.livesUntil('2027-04-10');
    expect(await sub.chargesAtProcessor()).toBe(2);
  });

  it('keeps a second attempt from being opened', async () => {
    const sub = await aSubscription({ paidWith: 'pm_card_chargeCustomerFail', startedOn: '2027-03-01' });
    await sub.livesUntil('2027-04-02');
    await sub.isForgotten();
    await opensAttempt(sub, await theWorld().now());
    await expect(opensAttempt(sub, await theWorld().now())).rejects.toThrow('under way');
  });

  it('is only looked up when its key may be forgotten: not made, it has failed', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await sub.livesUntil('2027-03-31');
    await sub.isForgotten();
    await opensNextPeriod(sub, (await theWorld().now()) - 23 * HOUR);

    await isRestarted(sub);
    expect(await sub.status()).toBe('past_due');
    expect(await sub.chargesAtProcessor()).toBe(1);
  });

  it('is only looked up when its key may be forgotten: made, it is paid', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await sub.livesUntil('2027-03-31');
    await sub.isForgotten();
    await opensNextPeriod(sub, (await theWorld().now()) - 23 * HOUR);
    await chargeAtProcessor(sub);

    await isRestarted(sub);
    expect(await sub.status()).toBe('active');
    expect(await sub.chargesAtProcessor()).toBe(2);
  });

  it('counts although the card was removed since', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await sub.livesUntil('2027-03-31');
    await sub.isForgotten();
    await opensNextPeriod(sub, await theWorld().now());
    await chargeAtProcessor(sub);
    await sub.removesCards();

    await isRestarted(sub);
    expect(await sub.paid()).toHaveLength(2);
  });
});

describe('a step whose answer is lost', () => {
  it('is not taken for the next one: both changes stand', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    const { sequence } = await sub.row();
    await stepsOf().editMetadata({ ...(await stepAfter(sub, 'metadata/lost')), metadata: { plan: 'gold' } });

    await sub.cancels();
    const row = await sub.row();
    expect(row).toMatchObject({ cancelAtPeriodEnd: true, metadata: { plan: 'gold' }, sequence: sequence + 2 });
    await sub.livesUntil('2027-05-01');
    expect(await sub.chargesAtProcessor()).toBe(1);
  });

  it('is known before what follows from it is refused', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await cancelIsLost(sub);
    await sub.process.uncancel();
    expect((await sub.row()).cancelAtPeriodEnd).toBe(false);
  });

  it('is followed by its charge before what was asked next', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await opensNextPeriod(sub, await theWorld().now());
    await sub.isRevoked();
    expect(await sub.status()).toBe('canceled');
    expect(await sub.paid()).toHaveLength(2);
  });

  it('is known before the next period is opened', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    await cancelIsLost(sub);
    await sub.livesUntil('2027-04-02');
    expect(await sub.endedOn()).toBe('2027-04-01');
    expect(await sub.chargesAtProcessor()).toBe(1);
  });

  it('is answered once more, and written once, when it is asked again', async () => {
    const sub = await aSubscription({ startedOn: '2027-03-01' });
    const first = await cancelIsLost(sub);
    const again = await cancelIsLost(sub, first.sequence);
    expect(again).toEqual(first);
    expect(first.isTaken).toBe(true);
  });
});
