/**
 * Customers whose deletion has stopped in the middle, where workers were away or the API was ended: it goes on to its end,
 * dated by its beginning. Until then their subscriptions would be charged for, and nobody else could have their name.
 */
import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CheckoutId, CustomerId, SubscriptionId } from '../../billing/ids.ts';
import { checkoutWorkflowId, subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { type Endings, endDeletion } from '../../db/customer-deletions.ts';
import { CustomerDeletion } from '../../db/entities/customer-deletion.ts';
import type { EntityManager } from '../../db/orm.ts';
import { expireNow } from '../../workflows/checkout.messages.ts';
import { revoke } from '../../workflows/subscription.messages.ts';
import { startCheckouts } from '../waking/checkouts.ts';
import { restartSubscription } from '../waking/subscriptions.ts';
import type { Waker } from '../waking/wake.ts';

/** What can't be ended in the time of a call is ended by the next look. */
export const endDeletions: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    CustomerDeletion,
    { customerId: { $in: subjectIds as CustomerId[] } },
    { disableIdentityMap: true },
  );
  return found.map(({ customerId, beganAt }) => ({
    subjectId: customerId,
    call: async () => {
      const own = em.fork();
      await endDeletion(own, customerId, endingsBy(own, temporal), beganAt);
    },
  }));
};

const endingsBy = (em: EntityManager, temporal: Client): Endings => ({
  async expireCheckout(id: CheckoutId) {
    for (const { call } of await startCheckouts(em.fork(), temporal, [id])) await call();
    await unlessOver(() => temporal.workflow.getHandle(checkoutWorkflowId(id)).executeUpdate(expireNow));
  },
  async revoke(id: SubscriptionId) {
    const ask = () =>
      temporal.workflow.getHandle(subscriptionWorkflowId(id)).executeUpdate(revoke, {
        args: [{ reason: null, comment: null }],
      });
    if (await unlessOver(ask)) return;
    // No process, and yet it goes on: it gets one from its row.
    if (await restartSubscription(em.fork(), temporal, id)) await ask();
  },
});

/** False where there is no process to ask. */
async function unlessOver(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    if (hasEnded(error)) return true;
    throw error;
  }
}

const hasEnded = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === 'AlreadyCanceledSubscription';
