/** What may be asked of a checkout's process. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DiscountReason } from '../billing/discounts.ts';
import type { CheckoutId, PaymentId } from '../billing/ids.ts';

/** Pays, or sets up a card for later; answers when the outcome is known or the buyer has something to do. */
export const confirm = defineUpdate<ConfirmOutcome, [Confirm]>('confirm');
/** Ends an open checkout before its time; one that is paid in that moment stays paid. */
export const expireNow = defineUpdate<void>('expireNow');
/** The processor said something about this checkout's intent. */
export const checkoutProcessorEvent = defineSignal<[{ objectId: string }]>('processorEvent');

/** What the buyer has entered is in the checkout's row; the card is behind the confirmation token. */
export interface Confirm {
  readonly confirmationToken: string | null;
}

export type ConfirmOutcome =
  | { readonly status: 'succeeded' }
  | { readonly status: 'action_required' }
  | { readonly status: 'declined'; readonly reason: string; readonly message: string }
  | { readonly status: 'refused'; readonly reason: RefusalReason };

export type RefusalReason =
  | 'already_subscribed'
  /** The subscription that was to be changed is another one by now: paid for, paused, with more seats taken. */
  | 'not_upgradable'
  /** The customer is paying another checkout, and may have but one subscription. */
  | 'paying_elsewhere'
  | 'customer_missing'
  | 'customer_gone'
  | 'confirmation_missing'
  | 'product_gone'
  /** Somebody else was faster, or its time is over. */
  | DiscountReason
  /** Each customer gets one trial: the checkout goes on without one, and says so. */
  | 'trial_had'
  | 'too_many_attempts'
  /** Where the buyer is decides on the tax. */
  | 'address_missing'
  /** The total is another one than the buyer was shown; the checkout says which. */
  | 'tax_changed'
  /** The customer's balance pays more or less than the buyer was shown; the checkout says how much. */
  | 'balance_changed'
  /** Whoever knows the taxes doesn't answer. */
  | 'tax_unavailable';

export interface CheckoutStart {
  readonly checkoutId: CheckoutId;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly clockNow: number | null;
  /** The attempt that an earlier process left behind; null where none is under way. */
  readonly underWay: UnderWay | null;
}

export interface UnderWay {
  /** Null where nothing is charged. */
  readonly paymentId: PaymentId | null;
  readonly kind: 'free' | 'payment' | 'setup';
  /** Null where it isn't known whether the processor has heard of the attempt. */
  readonly intentId: string | null;
}

interface Attempted {
  readonly status: string;
  readonly attemptId?: PaymentId | null | undefined;
  readonly attemptKind?: UnderWay['kind'] | null | undefined;
  readonly intentId?: string | null | undefined;
}

interface Row extends Attempted {
  readonly id: CheckoutId;
  readonly expiresAt: Date;
  readonly customer?: { readonly testClock?: { readonly frozenTime: Date } | null | undefined } | null | undefined;
}

/** What a process is started with, from the checkout's row. */
export function checkoutStart(row: Row): CheckoutStart {
  return {
    checkoutId: row.id,
    expiresAt: row.expiresAt.getTime(),
    clockNow: row.customer?.testClock?.frozenTime.getTime() ?? null,
    underWay: underWayOf(row),
  };
}

/** Null where no attempt is. */
export function underWayOf(row: Attempted): UnderWay | null {
  const { attemptKind: kind, attemptId } = row;
  if (row.status !== 'confirmed' || !kind || !attemptId) return null;
  return { paymentId: kind === 'payment' ? attemptId : null, kind, intentId: row.intentId ?? null };
}
