/** Sees to it that events have a place in time: one process for all workers. */
import type { Client } from '@temporalio/client';
import type { eventPartitions } from '../workflows/event-partitions.ts';
import { BILLING_QUEUE } from '../workflows/task-queues.ts';

/** Does nothing where it runs already. */
export async function startEventPartitions({ workflow }: Client): Promise<void> {
  await workflow.start<typeof eventPartitions>('eventPartitions', {
    workflowId: 'event-partitions',
    taskQueue: BILLING_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Makes the tables of the coming months’ events',
  });
}
