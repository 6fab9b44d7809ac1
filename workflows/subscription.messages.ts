/** What may be asked of a subscription's process. Instants are milliseconds since 1970. */
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Behavior } from '../billing/changes.ts';
import type {
  CheckoutId,
  CustomerId,
  DiscountId,
  OrderId,
  OrganizationId,
  PaymentId,
  PaymentMethodId,
  PriceId,
  ProductId,
  SubscriptionId,
} from '../billing/ids.ts';
import type { CancellationReason } from '../billing/subscription-state.ts';
import { subscriptionWorkflowId } from '../billing/workflow-ids.ts';
import { foundBy } from './search-attributes.ts';
import { BILLING_QUEUE } from './task-queues.ts';

/** Answers when the subscription stands in the database. */
export const created = defineUpdate<Committed>('created');
export const cancel = defineUpdate<Committed, [Cancel]>('cancel');
export const uncancel = defineUpdate<Committed>('uncancel');
export const revoke = defineUpdate<Committed, [Cancel]>('revoke');
/** When its period ends; `resumesAt` null: until somebody asks. Where it is set or paused already, it changes that date. */
export const pause = defineUpdate<Committed, [{ resumesAt: number | null }]>('pause');
export const unpause = defineUpdate<Committed>('unpause');
/** Begins a new period now; answers once its charge is made or declined. */
export const resume = defineUpdate<Committed>('resume');
/** Another product, or other seats. What is due for it is charged first; declined, all stays as it was. */
export const changeTerms = defineUpdate<ChangedTerms, [ChangeTerms]>('changeTerms');
/** Delivers what was bought at a checkout that names the subscription; nothing, where it can't be upgraded any more. */
export const upgrade = defineUpdate<Committed, [Upgrade]>('upgrade');
/** Drops what the next renewal was to bring. */
export const clearPendingChange = defineUpdate<Committed>('clearPendingChange');
export const moveTrialEnd = defineUpdate<Committed, [{ trialEnd: number | 'now' }]>('moveTrialEnd');
export const movePeriodEnd = defineUpdate<Committed, [{ periodEnd: number }]>('movePeriodEnd');
export const editMetadata = defineUpdate<Committed, [{ metadata: Record<string, string | number | boolean> }]>(
  'editMetadata',
);
/** From the next order on; null: none. */
export const changeDiscount = defineUpdate<Committed, [{ discountId: DiscountId | null }]>('changeDiscount');
/** Tries the unpaid order again at once; nothing happens where none is unpaid. */
export const retryPayment = defineUpdate<RetryOutcome, [RetryPayment]>('retryPayment');

/** Asks the processor what has become of a charge that waits for the customer's bank; nothing happens where none waits. */
export const lookAtBank = defineUpdate<Committed>('lookAtBank');
/** The processor said something about that charge. */
export const subscriptionProcessorEvent = defineSignal<[{ objectId: string }]>('processorEvent');

/** The change stands in the database, under this sequence number of the subscription's row. */
export interface Committed {
  readonly sequence: number;
}

export interface Cancel {
  readonly reason: CancellationReason | null;
  readonly comment: string | null;
}

export interface ChangeTerms {
  readonly wish: { readonly productId?: ProductId; readonly seats?: number };
  /** Null: as the organization has it. */
  readonly behavior: Behavior | null;
  /** Where the customer comes back to from their bank; null or missing: they are not there to be sent to it. */
  readonly returnUrl?: string | null;
}

export interface Upgrade {
  readonly checkoutId: CheckoutId;
  /** Null where nothing was charged. */
  readonly paymentId: PaymentId | null;
  readonly orderId: OrderId;
}

export interface ChangedTerms extends Committed {
  /** The payment that was declined; its row says why. */
  readonly declined: PaymentId | null;
  /** The payment that waits for the customer's bank. */
  readonly waiting?: PaymentId;
}

export interface RetryPayment {
  readonly trigger: 'retry_customer' | 'retry_payment_method_update';
  /** Another card than the default one, for this attempt alone. */
  readonly paymentMethodId?: PaymentMethodId;
}

export type RetryOutcome =
  | { readonly status: 'paid' | 'nothing_due' }
  | { readonly status: 'declined'; readonly reason: string };

/** How a process begins: from its row, or by making the row first (a free product, without a checkout). */
export interface SubscriptionStart {
  readonly subscriptionId: SubscriptionId;
  /** What the customer's test clock shows; null: real time. */
  readonly clockNow: number | null;
  readonly create?: {
    readonly organizationId: OrganizationId;
    readonly customerId: CustomerId;
    readonly productId: ProductId;
    readonly priceId: PriceId;
    readonly metadata: Record<string, string | number | boolean>;
  };
}

/** Whose process it is, and what its row says of it. */
export interface SubscriptionOfRow {
  readonly id: SubscriptionId;
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  readonly status?: string;
  /** What the customer's test clock shows; null: real time. */
  readonly clockNow: number | null;
}

/** How the process of a subscription is started, whoever starts it. */
export const processOf = ({ id, organizationId, customerId, status, clockNow }: SubscriptionOfRow) => ({
  workflowId: subscriptionWorkflowId(id),
  taskQueue: BILLING_QUEUE,
  args: [{ subscriptionId: id, clockNow }] satisfies [SubscriptionStart] as [SubscriptionStart],
  typedSearchAttributes: foundBy(organizationId, customerId, status),
  staticSummary: `Subscription of customer ${customerId}`,
});
