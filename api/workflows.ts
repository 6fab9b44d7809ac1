/** How the API asks processes to act, and what their answers and refusals become on the wire. */
import {
  type Client,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import type { CheckoutId, OrganizationId, SubscriptionId, TestClockId } from '../billing/ids.ts';
import {
  cardSetupWorkflowId,
  checkoutWorkflowId,
  subscriptionWorkflowId,
  testClockWorkflowId,
} from '../billing/workflow-ids.ts';
import { type CardSetupStart, lookAgain, saved } from '../workflows/card-setup.messages.ts';
import type { cardSetup } from '../workflows/card-setup.ts';
import type { checkInvariants } from '../workflows/check-invariants.ts';
import { type CheckoutStart, type Confirm, confirm, expireNow } from '../workflows/checkout.messages.ts';
import type { checkout } from '../workflows/checkout.ts';
import { foundBy } from '../workflows/search-attributes.ts';
import * as subscriptions from '../workflows/subscription.messages.ts';
import type { subscription } from '../workflows/subscription.ts';
import { BILLING_QUEUE } from '../workflows/task-queues.ts';
import { advanceClock, type TestClockStart } from '../workflows/test-clock.messages.ts';
import type { testClock } from '../workflows/test-clock.ts';
import {
  type ApiError,
  alreadyCanceled,
  conflict,
  expiredCheckout,
  inactiveSubscription,
  invalid,
  notFound,
  retryLimitExceeded,
  unavailable,
} from './errors.ts';

/** How long a caller waits for a process before being told to look again. */
const PATIENCE = 30_000;

export type WorkflowGateway = ReturnType<typeof workflowGateway>;

export function workflowGateway(client: Client) {
  const { workflow } = client;
  const asking = <T>(ask: () => Promise<T>) => answered(client, ask);
  const update = <R, A extends unknown[]>(workflowId: string, definition: UpdateDefinition<R, A>, args: A) =>
    asking(() =>
      workflow.getHandle(workflowId).executeUpdate<R, [unknown, ...unknown[]]>(definition as never, { args } as never),
    );

  return {
    /** Asks a running subscription. */
    subscription(id: SubscriptionId) {
      const workflowId = subscriptionWorkflowId(id);
      return {
        cancel: (input: subscriptions.Cancel) => update(workflowId, subscriptions.cancel, [input]),
        uncancel: () => update(workflowId, subscriptions.uncancel, []),
        revoke: (input: subscriptions.Cancel) => update(workflowId, subscriptions.revoke, [input]),
        moveTrialEnd: (trialEnd: number | 'now') => update(workflowId, subscriptions.moveTrialEnd, [{ trialEnd }]),
        movePeriodEnd: (periodEnd: number) => update(workflowId, subscriptions.movePeriodEnd, [{ periodEnd }]),
        editMetadata: (metadata: Record<string, string | number | boolean>) =>
          update(workflowId, subscriptions.editMetadata, [{ metadata }]),
        retryPayment: (trigger: 'retry_customer' | 'retry_payment_method_update') =>
          update(workflowId, subscriptions.retryPayment, [{ trigger }]),
      };
    },

    /** Begins a subscription without a checkout, and answers once its row stands. */
    startSubscription: (
      start: subscriptions.SubscriptionStart & Required<Pick<subscriptions.SubscriptionStart, 'create'>>,
    ) =>
      asking(() =>
        workflow.executeUpdateWithStart(subscriptions.created, {
          startWorkflowOperation: new WithStartWorkflowOperation<typeof subscription>('subscription', {
            workflowId: subscriptionWorkflowId(start.subscriptionId),
            taskQueue: BILLING_QUEUE,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            typedSearchAttributes: foundBy(start.create.organizationId, start.create.customerId),
            staticSummary: `Subscription of customer ${start.create.customerId}`,
          }),
        }),
      ),

    /** Presses Pay; starts the checkout's process where the relay has not yet done so. */
    confirmCheckout: (id: CheckoutId, organizationId: OrganizationId, start: CheckoutStart, input: Confirm) =>
      asking(() =>
        workflow.executeUpdateWithStart(confirm, {
          args: [input],
          startWorkflowOperation: new WithStartWorkflowOperation<typeof checkout>('checkout', {
            workflowId: checkoutWorkflowId(id),
            taskQueue: BILLING_QUEUE,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            typedSearchAttributes: foundBy(organizationId, null),
            staticSummary: `Checkout ${id}`,
          }),
        }),
      ),

    /** Ends an open checkout before its time; one that is over already stays as it is. */
    async expireCheckout(id: CheckoutId): Promise<void> {
      try {
        await workflow.getHandle(checkoutWorkflowId(id)).executeUpdate(expireNow);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },

    /** What of the books, orders, subscriptions, grants and processor disagrees. */
    checkInvariants: (organizationId: OrganizationId) =>
      workflow.execute<typeof checkInvariants>('checkInvariants', {
        workflowId: `invariants/${organizationId}`,
        taskQueue: BILLING_QUEUE,
        args: [{ organizationId }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        typedSearchAttributes: foundBy(organizationId, null),
        staticSummary: `Invariants of organization ${organizationId}`,
      }),

    /** Saves a card; answers when it is saved, refused, or the customer has something to do. */
    setUpCard: (start: CardSetupStart) =>
      asking(() =>
        workflow.executeUpdateWithStart(saved, {
          startWorkflowOperation: new WithStartWorkflowOperation<typeof cardSetup>('cardSetup', {
            workflowId: cardSetupWorkflowId(start.setupId),
            taskQueue: BILLING_QUEUE,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            typedSearchAttributes: foundBy(start.organizationId, start.customerId),
            staticSummary: `New card of customer ${start.customerId}`,
          }),
        }),
      ),

    /** For a customer who says that they have been at their bank. */
    lookAtCard: (setupId: string) => update(cardSetupWorkflowId(setupId), lookAgain, []),

    advanceTestClock: (id: TestClockId, organizationId: OrganizationId, start: TestClockStart, to: number) =>
      asking(() =>
        workflow.executeUpdateWithStart(advanceClock, {
          args: [{ to }],
          startWorkflowOperation: new WithStartWorkflowOperation<typeof testClock>('testClock', {
            workflowId: testClockWorkflowId(id),
            taskQueue: BILLING_QUEUE,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            typedSearchAttributes: foundBy(organizationId, null),
            staticSummary: `Test clock ${id}`,
          }),
        }),
      ),

    /** Ends a test clock's process; what hung on it is ended before. */
    async stopTestClock(id: TestClockId): Promise<void> {
      try {
        await workflow.getHandle(testClockWorkflowId(id)).terminate('the test clock was deleted');
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },
  };
}

async function answered<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + PATIENCE, ask);
  } catch (error) {
    const failure = failureIn(error);
    if (failure !== null) throw refusalOf(failure);
    if (error instanceof WorkflowNotFoundError) throw alreadyCanceled();
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError) throw unavailable();
    throw error;
  }
}

function failureIn(error: unknown): ApplicationFailure | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null;
  return error.cause instanceof ApplicationFailure ? error.cause : null;
}

/** Processes name their refusals by type; each has its place among the API's errors. */
function refusalOf({ type, message }: ApplicationFailure): ApiError {
  switch (type) {
    case 'AlreadyCanceledSubscription':
      return alreadyCanceled(message);
    case 'InactiveSubscription':
      return inactiveSubscription(message);
    case 'Expired':
      return expiredCheckout(message);
    case 'NotFound':
      return notFound(message);
    case 'Conflict':
      return conflict(message);
    case 'RetryLimit':
      return retryLimitExceeded(message);
    default:
      return invalid(['body'], message);
  }
}
