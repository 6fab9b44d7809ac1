/** Starts the process that sends an e-mail. */
import { emailWorkflowId } from '../../billing/workflow-ids.ts';
import { Email } from '../../db/entities/email.ts';
import type { email } from '../../workflows/email.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const startEmails: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Email,
    { id: { $in: [...subjectIds] }, sentAt: null },
    { fields: ['id', 'kind', 'organization', 'customer'], disableIdentityMap: true },
  );
  return found.map(({ id, kind, organization, customer }) => ({
    subjectId: id,
    call: () =>
      started(
        temporal.workflow.start<typeof email>('email', {
          workflowId: emailWorkflowId(id),
          taskQueue: DELIVERY_QUEUE,
          args: [{ emailId: id }],
          typedSearchAttributes: foundBy(organization.id, customer?.id ?? null),
          staticSummary: `E-mail ${kind} to ${customer ? `customer ${customer.id}` : `organization ${organization.id}`}`,
        }),
      ),
  }));
};
