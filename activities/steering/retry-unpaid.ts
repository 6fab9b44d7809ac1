/** A new card is tried at once on what its customer owes. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { CustomerId, SubscriptionId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { unpaidSubscriptions } from '../../db/cards.ts';
import { retryPayment } from '../../workflows/subscription.messages.ts';
import type { Dependencies } from '../dependencies.ts';
import { restartSubscription } from '../waking/subscriptions.ts';

/** One try for each cause and subscription, which the same cause asks for only once. */
export async function retryUnpaid(
  deps: Dependencies,
  { customerId, cause }: { readonly customerId: CustomerId; readonly cause: string },
): Promise<void> {
  const tries = await unpaidSubscriptions(deps.orm.em.fork(), customerId);
  const tried = await Promise.allSettled(tries.map((id) => retry(deps, id, cause)));
  // The others have been tried all the same; asked again, they do nothing.
  const failed = tried.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function retry({ orm, temporal }: Dependencies, id: SubscriptionId, cause: string): Promise<void> {
  const ask = () =>
    temporal.workflow.getHandle(subscriptionWorkflowId(id)).executeUpdate(retryPayment, {
      args: [{ trigger: 'retry_payment_method_update' }],
      updateId: `retry/${cause}`,
    });
  try {
    await ask();
  } catch (error) {
    // Refused, as where it has ended meanwhile: that is an answer.
    if (error instanceof WorkflowUpdateFailedError) return;
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    if (await restartSubscription(orm.em.fork(), temporal, id)) await ask();
  }
}
