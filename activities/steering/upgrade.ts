/** What was bought at a checkout that names a subscription is delivered by that subscription's process. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { SubscriptionId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { type Upgrade, upgrade } from '../../workflows/subscription.messages.ts';
import type { Dependencies } from '../dependencies.ts';
import { restartSubscription } from '../waking/subscriptions.ts';

/**
 * Whether it is delivered, which the checkout's row says; false where the subscription has ended, or is another one by
 * now. Asked again, it is asked under the same name: an upgrade is made once.
 */
export async function askForUpgrade(
  { orm, temporal }: Dependencies,
  { subscriptionId, ...wanted }: Upgrade & { readonly subscriptionId: SubscriptionId },
): Promise<boolean> {
  const em = orm.em.fork();
  const ask = () =>
    temporal.workflow.getHandle(subscriptionWorkflowId(subscriptionId)).executeUpdate(upgrade, {
      args: [wanted],
      updateId: `upgrade/${wanted.checkoutId}`,
    });
  try {
    await ask();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      // Asked by the next try of this activity, where it could be started.
      if (await restartSubscription(em.fork(), temporal, subscriptionId)) throw error;
    } else if (!hasEnded(error)) throw error;
  }
  return (await em.findOneOrFail(Checkout, wanted.checkoutId)).status === 'succeeded';
}

function hasEnded(error: unknown): boolean {
  if (!(error instanceof WorkflowUpdateFailedError)) return false;
  return error.cause instanceof ApplicationFailure && error.cause.type === 'AlreadyCanceledSubscription';
}
