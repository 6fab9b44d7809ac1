/** Sees to it that the sweep runs: one for all workers. */
import type { Client } from '@temporalio/client';
import type { sweep } from '../workflows/sweep.ts';
import { BILLING_QUEUE } from '../workflows/task-queues.ts';

export const SWEEP = 'sweep';

/** Does nothing where it runs already. */
export async function startSweep({ workflow }: Client): Promise<void> {
  await workflow.start<typeof sweep>('sweep', {
    workflowId: SWEEP,
    taskQueue: BILLING_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Starts lost processes again',
  });
}
