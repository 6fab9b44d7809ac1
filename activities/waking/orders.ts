/** Starts the process of an order again whose charge was under way: it settles that before anything else. */
import type { OrderId } from '../../billing/ids.ts';
import { orderWorkflowId } from '../../billing/workflow-ids.ts';
import { Order } from '../../db/entities/order.ts';
import type { order } from '../../workflows/order.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const startOrders: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Order,
    {
      id: { $in: subjectIds as OrderId[] },
      $or: [{ status: 'draft' }, { status: 'pending', subscription: { status: 'canceled' } }],
    },
    { fields: ['id', 'organization', 'customer'], disableIdentityMap: true },
  );
  return found.map(({ id, organization, customer }) => ({
    subjectId: id,
    call: () =>
      started(
        temporal.workflow.start<typeof order>('order', {
          workflowId: orderWorkflowId(id),
          taskQueue: BILLING_QUEUE,
          args: [{ orderId: id }],
          typedSearchAttributes: foundBy(organization.id, customer.id),
          staticSummary: `Charge of order ${id}`,
        }),
      ),
  }));
};
