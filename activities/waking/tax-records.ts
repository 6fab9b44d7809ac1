/** Starts the process that tells the tax provider of a paid order. */
import type { OrderId } from '../../billing/ids.ts';
import { taxRecordWorkflowId } from '../../billing/workflow-ids.ts';
import { Order } from '../../db/entities/order.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import type { taxRecord } from '../../workflows/tax-record.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const startTaxRecords: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Order,
    { id: { $in: subjectIds as OrderId[] }, taxRecordId: null },
    { fields: ['id', 'organization', 'customer'], disableIdentityMap: true },
  );
  return found.map(({ id, organization, customer }) => ({
    subjectId: id,
    call: () =>
      started(
        temporal.workflow.start<typeof taxRecord>('taxRecord', {
          workflowId: taxRecordWorkflowId(id),
          taskQueue: BILLING_QUEUE,
          args: [{ orderId: id }],
          typedSearchAttributes: foundBy(organization.id, customer.id),
          staticSummary: `Tax of order ${id}, recorded with the provider`,
        }),
      ),
  }));
};
