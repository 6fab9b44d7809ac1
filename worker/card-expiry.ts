/** Sees to it that cards which are about to expire are reminded of: one process for all workers. */
import type { Client } from '@temporalio/client';
import type { cardExpiry } from '../workflows/card-expiry.ts';
import { DELIVERY_QUEUE } from '../workflows/task-queues.ts';

/** Does nothing where it runs already. */
export async function startCardExpiry({ workflow }: Client): Promise<void> {
  await workflow.start<typeof cardExpiry>('cardExpiry', {
    workflowId: 'card-expiry',
    taskQueue: DELIVERY_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Reminds of cards that are about to expire',
  });
}
