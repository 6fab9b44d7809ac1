/** The process of a subscription that has just been bought, which outlives the one that sold it. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { CustomerId, OrganizationId, SubscriptionId } from '../billing/ids.ts';
import { subscriptionWorkflowId } from '../billing/workflow-ids.ts';
import { foundBy } from './search-attributes.ts';
import { subscription } from './subscription.ts';

interface Buyer {
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
  /** What the customer's test clock shows; null: real time. */
  readonly clockNow: number | null;
}

export async function beginSubscription(id: SubscriptionId, buyer: Buyer): Promise<void> {
  const { organizationId, customerId, clockNow } = buyer;
  try {
    await startChild(subscription, {
      workflowId: subscriptionWorkflowId(id),
      args: [{ subscriptionId: id, clockNow }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: foundBy(organizationId, customerId),
      staticSummary: `Subscription of customer ${customerId}`,
    });
  } catch (error) {
    // Whoever was told of it and asked something of it was faster: it has begun from its row.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
