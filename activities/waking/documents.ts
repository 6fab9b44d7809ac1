/** Starts the process that makes a document. */
import type { DocumentId } from '../../billing/ids.ts';
import { documentWorkflowId } from '../../billing/workflow-ids.ts';
import { OrderDocument } from '../../db/entities/document.ts';
import type { document } from '../../workflows/document.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const startDocuments: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    OrderDocument,
    { id: { $in: subjectIds as DocumentId[] }, content: null },
    {
      fields: ['id', 'kind', 'number', 'order.id', 'order.organization', 'order.customer'],
      populate: ['order'],
      disableIdentityMap: true,
    },
  );
  return found.map(({ id, kind, number, order }) => ({
    subjectId: id,
    call: () =>
      started(
        temporal.workflow.start<typeof document>('document', {
          workflowId: documentWorkflowId(order.id, kind),
          taskQueue: DELIVERY_QUEUE,
          args: [{ documentId: id }],
          typedSearchAttributes: foundBy(order.organization.id, order.customer.id),
          staticSummary: `${kind === 'invoice' ? 'Invoice' : 'Receipt'} ${number} of order ${order.id}`,
        }),
      ),
  }));
};
