/** Starts the process that waits for what the processor kept of a payment. */
import type { PaymentId } from '../../billing/ids.ts';
import { processorFeeWorkflowId } from '../../billing/workflow-ids.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { processorFee } from '../../workflows/processor-fee.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const startProcessorFees: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Payment,
    { id: { $in: subjectIds as PaymentId[] } },
    { fields: ['id', 'organization', 'customer'], disableIdentityMap: true },
  );
  return found.map(({ id, organization, customer }) => ({
    subjectId: id,
    call: () =>
      started(
        temporal.workflow.start<typeof processorFee>('processorFee', {
          workflowId: processorFeeWorkflowId(id),
          taskQueue: BILLING_QUEUE,
          args: [{ paymentId: id }],
          typedSearchAttributes: foundBy(organization.id, customer.id),
          staticSummary: `Processor’s fee for payment ${id}`,
        }),
      ),
  }));
};
