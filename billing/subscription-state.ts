/**
 * The state of a subscription's process, and what is due next in it. Plain data: it is carried from one run of the
 * workflow to the next, and can be rebuilt from the database at any time. Instants are ms since 1970.
 */
import type { OrderId, PaymentId } from './ids.ts';
import { trialReminderAt } from './trials.ts';

export const CANCELLATION_REASONS = [
  'too_expensive',
  'missing_features',
  'switched_service',
  'unused',
  'customer_service',
  'low_quality',
  'too_complex',
  'other',
] as const;
export type CancellationReason = (typeof CANCELLATION_REASONS)[number];

export type SubscriptionStatus = 'trialing' | 'active' | 'past_due' | 'paused' | 'canceled';

export interface SubscriptionState {
  readonly status: SubscriptionStatus;
  readonly currentPeriodStart: number;
  readonly currentPeriodEnd: number;
  /** The end of the running meter period; null or missing: that of the current one. */
  readonly meterPeriodEnd?: number | null;
  readonly trialStart: number | null;
  readonly trialEnd: number | null;
  readonly trialReminded: boolean;
  /** When to remind of the renewal that is next; null or missing: not, or not any more. */
  readonly renewalReminderAt?: number | null;
  readonly cancelAtPeriodEnd: boolean;
  readonly pauseAtPeriodEnd: boolean;
  /** When a pause that is set or begun ends by itself; null: when somebody asks. */
  readonly resumesAt: number | null;
  /** Credits or charges wait for its next order. */
  readonly hasWaitingEntries: boolean;
  /** A charge that was begun and not settled; it comes before everything else. */
  readonly pendingCharge: PendingCharge | null;
  /** The charge of a change that the customer's bank is asked about; whatever else moves the subscription calls it off. */
  readonly waitingCharge?: WaitingCharge | null;
  /** Set while an order is unpaid. */
  readonly dunning: Dunning | null;
}

export interface PendingCharge {
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
  /** When it was begun, in real time also under a test clock: the processor keeps its key for a day from then on. */
  readonly begunAt: number;
  /** The customer is there, and can be sent to their bank. */
  readonly isPresent?: boolean;
}

export interface WaitingCharge {
  readonly orderId: OrderId;
  readonly paymentId: PaymentId;
  /** When it is given up. */
  readonly until: number;
}

/** An order whose charge failed, and what follows from it. */
export interface Dunning {
  readonly orderId: OrderId;
  readonly firstFailedAt: number;
  readonly nextRetryAt: number;
  /** When the benefits go if it is still unpaid; null once they are gone. */
  readonly benefitsEndAt: number | null;
}

export type DueKind =
  | 'approval_end'
  | 'trial_reminder'
  | 'renewal_reminder'
  | 'renewal'
  | 'meter_cycle'
  | 'retry'
  | 'grace_end'
  | 'pause'
  | 'resume'
  | 'final_order'
  | 'end';

export interface Due {
  readonly kind: DueKind;
  readonly at: number;
}

export function isOver(state: SubscriptionState): boolean {
  return state.status === 'canceled';
}

/** The earliest thing to do; null where only a request can move the subscription. The trial's end is a renewal too. */
export function nextDue(state: SubscriptionState): Due | null {
  const due = earliest(dues(state));
  const { waitingCharge } = state;
  if (!waitingCharge) return due;
  if (due === null || due.at >= waitingCharge.until) return { kind: 'approval_end', at: waitingCharge.until };
  return REMINDERS.has(due.kind) ? due : { kind: 'approval_end', at: due.at };
}

/** They leave what a change was reckoned from as it is. */
const REMINDERS: ReadonlySet<DueKind> = new Set(['trial_reminder', 'renewal_reminder']);

function dues(state: SubscriptionState): Due[] {
  const periodEnd: Due = { kind: atPeriodEnd(state), at: state.currentPeriodEnd };
  switch (state.status) {
    case 'trialing': {
      const reminder =
        state.trialReminded || periodEnd.kind !== 'renewal' || state.trialStart === null || state.trialEnd === null
          ? null
          : trialReminderAt(state.trialStart, state.trialEnd);
      return reminder === null ? ends(state, periodEnd) : [{ kind: 'trial_reminder', at: reminder }, periodEnd];
    }
    case 'active': {
      const reminder = periodEnd.kind === 'renewal' ? (state.renewalReminderAt ?? null) : null;
      const due =
        reminder === null ? ends(state, periodEnd) : [{ kind: 'renewal_reminder' as const, at: reminder }, periodEnd];
      return [...meterCycle(state), ...due];
    }
    case 'past_due': {
      // No new period begins while an order is unpaid, nor a meter period; one that was to be the last still ends.
      const { dunning } = state;
      const ends = state.cancelAtPeriodEnd ? [periodEnd] : [];
      if (dunning === null) return ends;
      const grace: Due[] = dunning.benefitsEndAt === null ? [] : [{ kind: 'grace_end', at: dunning.benefitsEndAt }];
      return [...grace, { kind: 'retry', at: dunning.nextRetryAt }, ...ends];
    }
    case 'paused':
      return state.resumesAt === null ? [] : [{ kind: 'resume', at: state.resumesAt }];
    case 'canceled':
      return [];
  }
}

/** Where a meter period ends with the current one, that one's end closes it. */
function meterCycle({ meterPeriodEnd, currentPeriodEnd }: SubscriptionState): Due[] {
  return meterPeriodEnd && meterPeriodEnd < currentPeriodEnd ? [{ kind: 'meter_cycle', at: meterPeriodEnd }] : [];
}

/** What waits for an order is billed before the end. */
function ends(state: SubscriptionState, periodEnd: Due): Due[] {
  return periodEnd.kind === 'end' && state.hasWaitingEntries
    ? [{ kind: 'final_order', at: periodEnd.at }, periodEnd]
    : [periodEnd];
}

function atPeriodEnd(state: SubscriptionState): DueKind {
  if (state.cancelAtPeriodEnd) return 'end';
  return state.pauseAtPeriodEnd ? 'pause' : 'renewal';
}

/** Of things due at the same instant, the first named comes first. */
function earliest(candidates: readonly Due[]): Due | null {
  return candidates.reduce<Due | null>((first, due) => (first === null || due.at < first.at ? due : first), null);
}
