import { isFinalDecline, nextRetry } from '../../billing/dunning.ts';
import type { OrderId, PaymentId } from '../../billing/ids.ts';
import { DAY } from '../../billing/periods.ts';
import { refusalOf } from '../../billing/subscription-changes.ts';
import { type Dunning, nextDue, type SubscriptionState, type WaitingCharge } from '../../billing/subscription-state.ts';
import { activeTrial, trialEnd, trialReminderAt } from '../../billing/trials.ts';

const start = Date.parse('2027-03-01T10:00:00Z');
const end = Date.parse('2027-04-01T10:00:00Z');

const active: SubscriptionState = {
  status: 'active',
  currentPeriodStart: start,
  currentPeriodEnd: end,
  trialStart: null,
  trialEnd: null,
  trialReminded: false,
  cancelAtPeriodEnd: false,
  pauseAtPeriodEnd: false,
  resumesAt: null,
  hasWaitingEntries: false,
  pendingCharge: null,
  dunning: null,
};
const dunning: Dunning = {
  orderId: '00000000-0000-4000-8000-000000000001' as OrderId,
  firstFailedAt: start,
  nextRetryAt: start + 2 * DAY,
  benefitsEndAt: start + 7 * DAY,
};
const waitingCharge: WaitingCharge = {
  orderId: dunning.orderId,
  paymentId: '00000000-0000-4000-8000-000000000002' as PaymentId,
  until: start + DAY,
};
const trialing: SubscriptionState = { ...active, status: 'trialing', trialStart: start, trialEnd: end };

describe('what is due next', () => {
  it.each<[string, SubscriptionState, string | undefined, number | undefined]>([
    ['active: the renewal', active, 'renewal', end],
    ['set to end: the end', { ...active, cancelAtPeriodEnd: true }, 'end', end],
    ['trialing: the reminder first', trialing, 'trial_reminder', end - 3 * DAY],
    ['trialing and reminded: the first charge', { ...trialing, trialReminded: true }, 'renewal', end],
    ['trialing and set to end: no reminder of a charge', { ...trialing, cancelAtPeriodEnd: true }, 'end', end],
    ['past due: the retry', { ...active, status: 'past_due', dunning }, 'retry', start + 2 * DAY],
    ['with a change at the bank: the end of the wait', { ...active, waitingCharge }, 'approval_end', start + DAY],
    [
      'with a change at the bank that outlasts the period: the end of the wait, before the renewal',
      { ...active, waitingCharge: { ...waitingCharge, until: end + DAY } },
      'approval_end',
      end,
    ],
    [
      'with a change at the bank that outlasts a reminder: the reminder',
      { ...trialing, waitingCharge: { ...waitingCharge, until: end } },
      'trial_reminder',
      end - 3 * DAY,
    ],
    [
      'past due with benefits that end on the day of a retry: they end first',
      { ...active, status: 'past_due', dunning: { ...dunning, nextRetryAt: start + 7 * DAY } },
      'grace_end',
      start + 7 * DAY,
    ],
    [
      'past due and set to end before the retry: the end',
      { ...active, status: 'past_due', cancelAtPeriodEnd: true, currentPeriodEnd: start + DAY, dunning },
      'end',
      start + DAY,
    ],
    [
      'set to end with a charge that waits for an order: that order first',
      { ...active, cancelAtPeriodEnd: true, hasWaitingEntries: true },
      'final_order',
      end,
    ],
    ['set to pause: the pause', { ...active, pauseAtPeriodEnd: true }, 'pause', end],
    ['trialing and set to pause: no reminder of a charge', { ...trialing, pauseAtPeriodEnd: true }, 'pause', end],
    ['paused: nothing', { ...active, status: 'paused' }, undefined, undefined],
    ['paused until a date: it resumes', { ...active, status: 'paused', resumesAt: end + DAY }, 'resume', end + DAY],
    ['canceled: nothing', { ...active, status: 'canceled' }, undefined, undefined],
  ])('%s', (_, state, kind, at) => {
    expect(nextDue(state)?.kind).toBe(kind);
    expect(nextDue(state)?.at).toBe(at);
  });
});

describe('retries', () => {
  it('come 2, 7, 14 and 21 days after the first failure, then no more', () => {
    const days = [1, 2, 3, 4, 5].map((failures) => nextRetry(start, failures));
    expect(days).toEqual([start + 2 * DAY, start + 7 * DAY, start + 14 * DAY, start + 21 * DAY, null]);
  });

  it.each([
    ['lost_card', true],
    ['stolen_card', true],
    ['insufficient_funds', false],
    ['generic_decline', false],
  ])('after %s are pointless: %s', (reason, final) => expect(isFinalDecline(reason)).toBe(final));
});

describe('the reminder of a trial’s end', () => {
  it.each([
    [14, 11],
    [3, 0],
    [2.5, 1.5],
    [1, 0],
    [0.9, null],
  ])('of a trial of %d days comes after %p days', (length, after) => {
    const at = trialReminderAt(start, start + length * DAY);
    expect(at === null ? null : (at - start) / DAY).toBe(after);
  });
});

describe('the trial of a purchase', () => {
  const monthly = { recurringInterval: 'month', trialInterval: 'day', trialIntervalCount: 14 } as const;

  it('is the checkout’s before the product’s', () => {
    expect(activeTrial({ allowTrial: true, trialInterval: 'week', trialIntervalCount: 1 }, monthly)).toEqual({
      interval: 'week',
      count: 1,
    });
    expect(activeTrial({ allowTrial: true }, monthly)).toEqual({ interval: 'day', count: 14 });
  });

  it('is none where it is not allowed, or nothing recurs', () => {
    expect(activeTrial({ allowTrial: false }, monthly)).toBeNull();
    expect(activeTrial({ allowTrial: true }, { ...monthly, recurringInterval: null })).toBeNull();
  });

  it('ends after its length on the calendar', () => {
    expect(trialEnd(Date.parse('2027-01-31T00:00:00Z'), { interval: 'month', count: 1 })).toBe(
      Date.parse('2027-02-28T00:00:00Z'),
    );
  });
});

describe('changes that the state forbids', () => {
  it.each([
    [
      'cancel what is set to end',
      { ...active, cancelAtPeriodEnd: true },
      { kind: 'cancel' },
      'AlreadyCanceledSubscription',
    ],
    ['cancel what has ended', { ...active, status: 'canceled' }, { kind: 'cancel' }, 'AlreadyCanceledSubscription'],
    ['revoke what has ended', { ...active, status: 'canceled' }, { kind: 'revoke' }, 'AlreadyCanceledSubscription'],
    ['uncancel what runs on', active, { kind: 'uncancel' }, 'Refused'],
    ['a trial in the past', trialing, { kind: 'trial_end', trialEnd: start }, 'Refused'],
    ['a period that ends in the past', active, { kind: 'period_end', periodEnd: start }, 'Refused'],
    ['a period end in a trial', trialing, { kind: 'period_end', periodEnd: end }, 'Refused'],
    ['ending a trial that there is not', active, { kind: 'trial_end', trialEnd: 'now' }, 'Refused'],
    [
      'a trial for what is past due',
      { ...active, status: 'past_due' },
      { kind: 'trial_end', trialEnd: end },
      'InactiveSubscription',
    ],
  ] as const)('%s', (_, state, change, type) => {
    expect(refusalOf(state, change, start)?.type).toBe(type);
  });

  it('are few: the rest is allowed', () => {
    expect(refusalOf(active, { kind: 'cancel' }, start)).toBeNull();
    expect(refusalOf({ ...active, cancelAtPeriodEnd: true }, { kind: 'uncancel' }, start)).toBeNull();
    expect(refusalOf(trialing, { kind: 'trial_end', trialEnd: 'now' }, start)).toBeNull();
    expect(refusalOf(active, { kind: 'trial_end', trialEnd: end }, start)).toBeNull();
  });
});
