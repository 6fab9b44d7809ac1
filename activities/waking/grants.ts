/** Wakes the process that brings a benefit grant to what billing wants. */
import type { GrantId } from '../../billing/ids.ts';
import { grantWorkflowId } from '../../billing/workflow-ids.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import type { Waker } from './wake.ts';

export const wakeGrants: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    BenefitGrant,
    { id: { $in: subjectIds as GrantId[] } },
    {
      fields: ['id', 'benefit.id', 'benefit.organization', 'customer'],
      populate: ['benefit'],
      disableIdentityMap: true,
    },
  );
  return found.map(({ id, benefit, customer }) => ({
    subjectId: id,
    call: () =>
      temporal.workflow.signalWithStart('grant', {
        workflowId: grantWorkflowId(benefit.id, id),
        taskQueue: BILLING_QUEUE,
        args: [{ grantId: id }],
        signal: 'wake',
        typedSearchAttributes: foundBy(benefit.organization.id, customer.id),
        staticSummary: `Benefit ${benefit.id} of customer ${customer.id}`,
      }),
  }));
};
