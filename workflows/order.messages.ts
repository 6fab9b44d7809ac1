/** What may be asked of the process that charges a draft order, or one that an ended subscription owes. */
import { defineUpdate } from '@temporalio/workflow';
import type { OrderId, PaymentId, PaymentMethodId } from '../billing/ids.ts';

/** Answers when the order is paid and delivered, or was refused and is a draft as before. */
export const finalize = defineUpdate<Finalized, [Finalize]>('finalize');

/** The customer pays what is owed; nothing else comes of it than that the order is paid. */
export const payOwed = defineUpdate<Finalized, [Finalize]>('payOwed');

export interface Finalize {
  /** Null: the customer's default one. */
  readonly paymentMethodId: PaymentMethodId | null;
  /** What the customer's test clock shows, ms since 1970; null: real time. */
  readonly clockNow: number | null;
}

export type Finalized =
  | { readonly status: 'paid' }
  | { readonly status: 'not_draft' | 'not_owed' }
  /** `paymentId` is null where nothing was asked of the processor. */
  | { readonly status: 'declined'; readonly reason: string; readonly paymentId: PaymentId | null };

export interface OrderStart {
  readonly orderId: OrderId;
}
