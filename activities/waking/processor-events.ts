/** Tells a process what the card processor said about its payment. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { ProcessorEvent } from '../../db/entities/outbox.ts';
import { checkoutProcessorEvent } from '../../workflows/checkout.messages.ts';
import type { Waker } from './wake.ts';

export const tellOfProcessorEvents: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(ProcessorEvent, { id: { $in: [...subjectIds] } }, { disableIdentityMap: true });
  return found.flatMap(({ id, workflowId, objectId }) =>
    typeof workflowId !== 'string'
      ? []
      : {
          subjectId: id,
          // Every process that waits for the processor hears by the same name.
          call: async () => {
            try {
              await temporal.workflow.getHandle(workflowId).signal(checkoutProcessorEvent, { objectId });
            } catch (error) {
              if (!(error instanceof WorkflowNotFoundError)) throw error;
            }
          },
        },
  );
};
