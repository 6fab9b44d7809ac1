/** How the API asks processes to act, and what their answers and refusals become on the wire. */
import type { MikroORM } from '@mikro-orm/postgresql';
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type {
  CheckoutId,
  CustomerId,
  DiscountId,
  OrganizationId,
  PaymentMethodId,
  SubscriptionId,
  TestClockId,
} from '../billing/ids.ts';
import {
  cardSetupWorkflowId,
  checkoutWorkflowId,
  orderWorkflowId,
  subscriptionWorkflowId,
  testClockWorkflowId,
} from '../billing/workflow-ids.ts';
import { Checkout } from '../db/entities/checkout.ts';
import { type CardSetupStart, lookAgain, type SavedCard, saved } from '../workflows/card-setup.messages.ts';
import type { cardSetup } from '../workflows/card-setup.ts';
import type { checkInvariants } from '../workflows/check-invariants.ts';
import { type CheckoutStart, type Confirm, checkoutStart, confirm, expireNow } from '../workflows/checkout.messages.ts';
import type { checkout } from '../workflows/checkout.ts';
import { type Finalize, finalize, type OrderStart, payOwed } from '../workflows/order.messages.ts';
import type { order } from '../workflows/order.ts';
import { foundBy } from '../workflows/search-attributes.ts';
import * as subscriptions from '../workflows/subscription.messages.ts';
import type { subscription } from '../workflows/subscription.ts';
import { BILLING_QUEUE } from '../workflows/task-queues.ts';
import { advanceClock, type TestClockStart } from '../workflows/test-clock.messages.ts';
import type { testClock } from '../workflows/test-clock.ts';
import { restartSubscription } from './subscriptions/restart.ts';
import { answered, untilHeard } from './workflow-answers.ts';

export type WorkflowGateway = ReturnType<typeof workflowGateway>;

export function workflowGateway(client: Client, orm: MikroORM) {
  const { workflow } = client;
  const asking = <T>(ask: () => Promise<T>) => answered(client, ask);
  const update = <R, A extends unknown[]>(workflowId: string, definition: UpdateDefinition<R, A>, args: A) =>
    untilHeard(() =>
      workflow.getHandle(workflowId).executeUpdate<R, [unknown, ...unknown[]]>(definition as never, { args } as never),
    );
  /** A process that is missing although its subscription goes on is started again from its row. */
  const askSubscription = <R, A extends unknown[]>(id: SubscriptionId, definition: UpdateDefinition<R, A>, args: A) =>
    asking(async () => {
      const ask = () => update(subscriptionWorkflowId(id), definition, args);
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError && (await restartSubscription(client, orm, id)))) throw error;
        return ask();
      }
    });
  /** Starts the order's process, which ends with the last request. */
  const askOrder = (
    { organizationId, customerId, ...start }: OrderStart & OrderOwner,
    wish: typeof finalize,
    input: Finalize,
  ) =>
    asking(() =>
      again(() =>
        workflow.executeUpdateWithStart(wish, {
          args: [input],
          startWorkflowOperation: new WithStartWorkflowOperation<typeof order>('order', {
            workflowId: orderWorkflowId(start.orderId),
            taskQueue: BILLING_QUEUE,
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
            typedSearchAttributes: foundBy(organizationId, customerId),
            staticSummary: `Charge of order ${start.orderId}`,
          }),
        }),
      ),
    );

  return {
    /** Asks a running subscription. */
    subscription(id: SubscriptionId) {
      return {
        cancel: (input: subscriptions.Cancel) => askSubscription(id, subscriptions.cancel, [input]),
        uncancel: () => askSubscription(id, subscriptions.uncancel, []),
        revoke: (input: subscriptions.Cancel) => askSubscription(id, subscriptions.revoke, [input]),
        pause: (resumesAt: number | null) => askSubscription(id, subscriptions.pause, [{ resumesAt }]),
        unpause: () => askSubscription(id, subscriptions.unpause, []),
        resume: () => askSubscription(id, subscriptions.resume, []),
        changeTerms: (input: subscriptions.ChangeTerms) => askSubscription(id, subscriptions.changeTerms, [input]),
        lookAtBank: () => askSubscription(id, subscriptions.lookAtBank, []),
        clearPendingChange: () => askSubscription(id, subscriptions.clearPendingChange, []),
        moveTrialEnd: (trialEnd: number | 'now') => askSubscription(id, subscriptions.moveTrialEnd, [{ trialEnd }]),
        movePeriodEnd: (periodEnd: number) => askSubscription(id, subscriptions.movePeriodEnd, [{ periodEnd }]),
        editMetadata: (metadata: Record<string, string | number | boolean>) =>
          askSubscription(id, subscriptions.editMetadata, [{ metadata }]),
        changeDiscount: (discountId: DiscountId | null) =>
          askSubscription(id, subscriptions.changeDiscount, [{ discountId }]),
        retryPayment: (trigger: subscriptions.RetryPayment['trigger'], paymentMethodId?: PaymentMethodId) =>
          askSubscription(id, subscriptions.retryPayment, [
            { trigger, ...(paymentMethodId === undefined ? {} : { paymentMethodId }) },
          ]),
      };
    },

    /** Begins a subscription without a checkout, and answers once its row stands. */
    startSubscription: (
      start: subscriptions.SubscriptionStart & Required<Pick<subscriptions.SubscriptionStart, 'create'>>,
    ) =>
      asking(() =>
        workflow.executeUpdateWithStart(subscriptions.created, {
          startWorkflowOperation: new WithStartWorkflowOperation<typeof subscription>('subscription', {
            ...subscriptions.processOf({ ...start.create, id: start.subscriptionId, clockNow: start.clockNow }),
            args: [start],
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
        }),
      ),

    /** Presses Pay, with which the checkout's process begins. */
    confirmCheckout: (id: CheckoutId, organizationId: OrganizationId, start: CheckoutStart, input: Confirm) =>
      asking(() =>
        workflow.executeUpdateWithStart(confirm, {
          args: [input],
          startWorkflowOperation: processOfCheckout(id, organizationId, start),
        }),
      ),

    /** Ends an open checkout before its time; one that is over already stays as it is. */
    async expireCheckout(id: CheckoutId): Promise<void> {
      const row = await orm.em.fork().findOneOrFail(Checkout, id, { populate: ['customer.testClock'] });
      if (row.status !== 'open' && row.status !== 'confirmed') return;
      const startWorkflowOperation = processOfCheckout(id, row.organization.id, checkoutStart(row));
      await asking(() =>
        unlessOver(undefined, () => workflow.executeUpdateWithStart(expireNow, { startWorkflowOperation })),
      );
    },

    /** Charges a draft order. */
    finalizeOrder: (of: OrderStart & OrderOwner, input: Finalize) => askOrder(of, finalize, input),

    /** Pays what an ended subscription owes. */
    payOwed: (of: OrderStart & OrderOwner, input: Finalize) => askOrder(of, payOwed, input),

    /** What of the books, orders, subscriptions, grants and processor disagrees. */
    checkInvariants: (organizationId: OrganizationId) =>
      asking(() =>
        workflow.execute<typeof checkInvariants>('checkInvariants', {
          workflowId: `invariants/${organizationId}`,
          taskQueue: BILLING_QUEUE,
          args: [{ organizationId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          typedSearchAttributes: foundBy(organizationId, null),
          staticSummary: `Invariants of organization ${organizationId}`,
        }),
      ),

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

    /** For a customer who says that they have been at their bank; null where nothing is waited for any more. */
    lookAtCard: (setupId: string): Promise<SavedCard | null> =>
      asking(() => unlessOver(null, () => update(cardSetupWorkflowId(setupId), lookAgain, []))),

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

    /** Whether a test clock has a process: it ends when the clock has long been idle, or by an operator's hand. */
    hasTestClock: (id: TestClockId): Promise<boolean> =>
      asking(() =>
        unlessOver(false, async () => {
          const { status } = await workflow.getHandle(testClockWorkflowId(id)).describe();
          return status.name === 'RUNNING';
        }),
      ),

    /** Ends a test clock's process; what hung on it is ended before. */
    async stopTestClock(id: TestClockId): Promise<void> {
      const handle = workflow.getHandle(testClockWorkflowId(id));
      await asking(() => unlessOver(undefined, () => handle.terminate('the test clock was deleted')));
    },
  };
}

function processOfCheckout(id: CheckoutId, organizationId: OrganizationId, start: CheckoutStart) {
  return new WithStartWorkflowOperation<typeof checkout>('checkout', {
    workflowId: checkoutWorkflowId(id),
    taskQueue: BILLING_QUEUE,
    args: [start],
    workflowIdConflictPolicy: 'USE_EXISTING',
    // One that has come to its end is not begun again; one that was lost is.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    typedSearchAttributes: foundBy(organizationId, null),
    staticSummary: `Checkout ${id}`,
  });
}

interface OrderOwner {
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
}

/** Of a process that is over, or was never begun, the answer is `otherwise`. */
async function unlessOver<T, Otherwise>(otherwise: Otherwise, ask: () => Promise<T>): Promise<T | Otherwise> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError)
      return otherwise;
    throw error;
  }
}

/** A process that ended in the very moment in which it was asked is started again by asking again. */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return ask();
  }
}
