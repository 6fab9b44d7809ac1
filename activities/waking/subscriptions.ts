/** Starts the process of a subscription again, from its row. */
import type { SubscriptionId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import type { subscription } from '../../workflows/subscription.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const startSubscriptions: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Subscription,
    { id: { $in: subjectIds as SubscriptionId[] }, status: { $ne: 'canceled' } },
    {
      fields: ['id', 'status', 'organization', 'customer.id', 'customer.testClock.frozenTime'],
      populate: ['customer.testClock'],
      disableIdentityMap: true,
    },
  );
  return found.map(({ id, status, organization, customer }) => ({
    subjectId: id,
    call: () =>
      started(
        temporal.workflow.start<typeof subscription>('subscription', {
          workflowId: subscriptionWorkflowId(id),
          taskQueue: BILLING_QUEUE,
          args: [{ subscriptionId: id, clockNow: customer.testClock?.frozenTime.getTime() ?? null }],
          typedSearchAttributes: foundBy(organization.id, customer.id, status),
          staticSummary: `Subscription of customer ${customer.id}`,
        }),
      ),
  }));
};
