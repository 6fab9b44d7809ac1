/** What may be asked of a subscription, by how it stands. */
import { type Change, refusalOf } from '../../billing/subscription-changes.ts';
import type { SubscriptionState } from '../../billing/subscription-state.ts';

const day = (iso: string) => Date.parse(`${iso}T00:00:00Z`);
const now = day('2027-03-10');

const active: SubscriptionState = {
  status: 'active',
  currentPeriodStart: day('2027-03-01'),
  currentPeriodEnd: day('2027-04-01'),
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
const states = {
  active,
  trialing: { ...active, status: 'trialing', trialStart: active.currentPeriodStart, trialEnd: active.currentPeriodEnd },
  'set to end': { ...active, cancelAtPeriodEnd: true },
  'set to pause': { ...active, pauseAtPeriodEnd: true, resumesAt: day('2027-05-01') },
  paused: { ...active, status: 'paused', currentPeriodEnd: day('2027-03-05') },
  'past due': { ...active, status: 'past_due' },
  ended: { ...active, status: 'canceled' },
} satisfies Record<string, SubscriptionState>;

const pause: Change = { kind: 'pause', resumesAt: null };
const pauseUntil = (iso: string): Change => ({ kind: 'pause', resumesAt: day(iso) });

it.each<[keyof typeof states, Change, string | null]>([
  ['active', { kind: 'cancel' }, null],
  ['active', pause, null],
  ['active', pauseUntil('2027-04-02'), null],
  ['active', pauseUntil('2027-04-01'), 'after its pause has begun'],
  ['active', pauseUntil('2027-03-20'), 'after its pause has begun'],
  ['active', { kind: 'unpause' }, 'not set to pause'],
  ['active', { kind: 'resume' }, 'not paused'],
  ['trialing', pause, null],
  ['trialing', { kind: 'resume' }, 'not paused'],
  ['set to end', pause, 'set to end'],
  ['set to end', { kind: 'unpause' }, 'not set to pause'],
  ['set to end', { kind: 'resume' }, 'not paused'],
  ['set to pause', { kind: 'cancel' }, null],
  ['set to pause', { kind: 'uncancel' }, 'not set to end'],
  ['set to pause', { kind: 'revoke' }, null],
  ['set to pause', pauseUntil('2027-06-01'), null],
  ['set to pause', { kind: 'unpause' }, null],
  ['set to pause', { kind: 'resume' }, 'not paused yet'],
  ['set to pause', { kind: 'trial_end', trialEnd: day('2027-05-05') }, 'set to pause'],
  ['set to pause', { kind: 'period_end', periodEnd: day('2027-04-15') }, null],
  ['set to pause', { kind: 'period_end', periodEnd: day('2027-05-01') }, 'set to resume before'],
  ['paused', { kind: 'cancel' }, null],
  ['paused', { kind: 'revoke' }, null],
  ['paused', { kind: 'resume' }, null],
  ['paused', { kind: 'unpause' }, 'paused; resume it'],
  ['paused', pause, null],
  ['paused', pauseUntil('2027-03-11'), null],
  ['paused', pauseUntil('2027-03-10'), 'in the future'],
  ['paused', { kind: 'trial_end', trialEnd: day('2027-05-05') }, 'Only a trialing or active'],
  ['paused', { kind: 'period_end', periodEnd: day('2027-05-05') }, 'Only the period of an active'],
  ['paused', { kind: 'metadata' }, null],
  ['past due', pause, 'unpaid order'],
  ['past due', { kind: 'resume' }, 'not paused'],
  ['active', { kind: 'terms' }, null],
  ['trialing', { kind: 'terms' }, null],
  ['set to end', { kind: 'terms' }, 'set to end'],
  ['set to pause', { kind: 'terms' }, 'set to pause'],
  ['paused', { kind: 'terms' }, 'paused; resume it'],
  ['past due', { kind: 'terms' }, 'unpaid order'],
  ['ended', { kind: 'terms' }, 'has ended'],
  ['set to end', { kind: 'clear_pending' }, null],
  ['ended', pause, 'has ended'],
  ['ended', { kind: 'resume' }, 'has ended'],
  ['ended', { kind: 'unpause' }, 'has ended'],
])('%s, %j: %s', (name, change, message) => {
  const refusal = refusalOf(states[name], change, now);
  if (message === null) expect(refusal).toBeNull();
  else expect(refusal?.message).toContain(message);
});
