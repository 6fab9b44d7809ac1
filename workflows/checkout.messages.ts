/** What may be asked of a checkout's process. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CheckoutId } from '../billing/ids.ts';

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
  | {
      readonly status: 'refused';
      readonly reason: 'already_subscribed' | 'customer_missing' | 'confirmation_missing' | 'product_gone';
    };

export interface CheckoutStart {
  readonly checkoutId: CheckoutId;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly clockNow: number | null;
}
