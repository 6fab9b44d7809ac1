/** Starts the process of a checkout that is being paid, or whose time is over. */
import type { CheckoutId } from '../../billing/ids.ts';
import { checkoutWorkflowId } from '../../billing/workflow-ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { checkoutStart } from '../../workflows/checkout.messages.ts';
import type { checkout } from '../../workflows/checkout.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const startCheckouts: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Checkout,
    { id: { $in: subjectIds as CheckoutId[] }, status: { $in: ['open', 'confirmed'] } },
    {
      populate: ['customer.testClock'],
      disableIdentityMap: true,
    },
  );
  return found.map((row) => ({
    subjectId: row.id,
    call: () =>
      started(
        temporal.workflow.start<typeof checkout>('checkout', {
          workflowId: checkoutWorkflowId(row.id),
          taskQueue: BILLING_QUEUE,
          args: [checkoutStart(row)],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          typedSearchAttributes: foundBy(row.organization.id, row.customer?.id ?? null),
          staticSummary: `Checkout ${row.id}`,
        }),
      ),
  }));
};
