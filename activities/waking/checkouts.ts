/** Starts the process of an open checkout. */
import type { CheckoutId } from '../../billing/ids.ts';
import { checkoutWorkflowId } from '../../billing/workflow-ids.ts';
import { Checkout } from '../../db/entities/checkout.ts';
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
      fields: ['id', 'organization', 'expiresAt', 'customer.id', 'customer.testClock.frozenTime'],
      populate: ['customer.testClock'],
      disableIdentityMap: true,
    },
  );
  return found.map(({ id, organization, expiresAt, customer }) => ({
    subjectId: id,
    call: () =>
      started(
        temporal.workflow.start<typeof checkout>('checkout', {
          workflowId: checkoutWorkflowId(id),
          taskQueue: BILLING_QUEUE,
          args: [
            {
              checkoutId: id,
              expiresAt: expiresAt.getTime(),
              clockNow: customer?.testClock?.frozenTime.getTime() ?? null,
            },
          ],
          typedSearchAttributes: foundBy(organization.id, customer?.id ?? null),
          staticSummary: `Checkout ${id}`,
        }),
      ),
  }));
};
