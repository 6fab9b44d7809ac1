/** Wakes the processes that tell how far credits are used up: a customer's, or those of all customers on a meter. */
import type { CustomerId, MeterId } from '../../billing/ids.ts';
import { customerLevelsWorkflowId, meterLevelsWorkflowId } from '../../billing/workflow-ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Meter } from '../../db/entities/meter.ts';
import { lookAgain } from '../../workflows/levels.messages.ts';
import type { customerLevels, meterLevels } from '../../workflows/levels.ts';
import { foundBy } from '../../workflows/search-attributes.ts';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import type { Waker } from './wake.ts';

export const wakeCustomerLevels: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Customer,
    { id: { $in: subjectIds as CustomerId[] }, deletedAt: null },
    { fields: ['id', 'organization'], disableIdentityMap: true },
  );
  return found.map(({ id, organization }) => ({
    subjectId: id,
    call: () =>
      temporal.workflow.signalWithStart<typeof customerLevels>('customerLevels', {
        workflowId: customerLevelsWorkflowId(id),
        taskQueue: BILLING_QUEUE,
        args: [{ customerId: id }],
        signal: lookAgain,
        typedSearchAttributes: foundBy(organization.id, id),
        staticSummary: `Customer ${id}: how far their credits are used up`,
      }),
  }));
};

export const wakeMeterLevels: Waker = async (em, temporal, subjectIds) => {
  const found = await em.find(
    Meter,
    { id: { $in: subjectIds as MeterId[] } },
    { fields: ['id', 'organization'], disableIdentityMap: true },
  );
  return found.map(({ id, organization }) => ({
    subjectId: id,
    call: () =>
      temporal.workflow.signalWithStart<typeof meterLevels>('meterLevels', {
        workflowId: meterLevelsWorkflowId(id),
        taskQueue: BILLING_QUEUE,
        args: [{ meterId: id }],
        signal: lookAgain,
        typedSearchAttributes: foundBy(organization.id, null),
        staticSummary: `Meter ${id}: how far its customers’ credits are used up`,
      }),
  }));
};
