/** Starts the process that tries a card which a customer has chosen on what they owe. */
import type { CustomerId } from '../../billing/ids.ts';
import { newCardWorkflowId } from '../../billing/workflow-ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import type { newCard } from '../../workflows/new-card.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import { started } from './started.ts';
import type { Waker } from './wake.ts';

export const tryCards: Waker = async (em, temporal, subjectIds) => {
  const choices = subjectIds.map((subjectId) => {
    const [customerId = '', choice = ''] = subjectId.split('/');
    return { subjectId, choice, customerId: customerId as CustomerId };
  });
  const customers = await em.find(
    Customer,
    { id: { $in: choices.map(({ customerId }) => customerId) }, deletedAt: null },
    { fields: ['id', 'organization'], disableIdentityMap: true },
  );
  const organizations = new Map(customers.map(({ id, organization }) => [id, organization.id]));
  return choices.flatMap(({ subjectId, choice, customerId }) => {
    const organizationId = organizations.get(customerId);
    if (organizationId === undefined) return [];
    const call = () =>
      started(
        temporal.workflow.start<typeof newCard>('newCard', {
          workflowId: newCardWorkflowId(choice),
          taskQueue: BILLING_QUEUE,
          args: [{ customerId, choice }],
          typedSearchAttributes: foundBy(organizationId, customerId),
          staticSummary: `Customer ${customerId}: what is unpaid is tried with their new card`,
        }),
      );
    return [{ subjectId, call }];
  });
};
