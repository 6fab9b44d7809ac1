/** Sees to it that rows of no more use are forgotten: one process for all workers. */
import type { Client } from '@temporalio/client';
import type { retention } from '../workflows/retention.ts';
import { DELIVERY_QUEUE } from '../workflows/task-queues.ts';

/** Does nothing where it runs already. */
export async function startRetention({ workflow }: Client): Promise<void> {
  await workflow.start<typeof retention>('retention', {
    workflowId: 'retention',
    taskQueue: DELIVERY_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Forgets sessions, e-mails and the processor’s events in time',
  });
}
