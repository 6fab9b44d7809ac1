/** A new card is tried at once on what its customer owes. */
import { WorkflowNotFoundError } from '@temporalio/client';
import type { CustomerId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { retryPayment } from '../../workflows/subscription.messages.ts';
import type { Dependencies } from '../dependencies.ts';
import { restartSubscription } from '../waking/subscriptions.ts';

/** One try for each card and subscription: `cause` names the card, and the same cause asks only once. */
export async function retryUnpaid(
  { orm, temporal }: Dependencies,
  { customerId, cause }: { readonly customerId: CustomerId; readonly cause: string },
): Promise<void> {
  const em = orm.em.fork();
  const unpaid = await em.find(Subscription, { customer: customerId, status: 'past_due' }, { fields: ['id'] });
  for (const { id } of unpaid) {
    const ask = () =>
      temporal.workflow.getHandle(subscriptionWorkflowId(id)).executeUpdate(retryPayment, {
        args: [{ trigger: 'retry_payment_method_update' }],
        updateId: `retry/${cause}`,
      });
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      if (await restartSubscription(em.fork(), temporal, id)) await ask();
    }
  }
}
