/** Sees to it that events move to ClickHouse, for those who have one: one process for all workers. */
import type { Client } from '@temporalio/client';
import type { eventStore } from '../workflows/event-store.ts';
import { BILLING_QUEUE } from '../workflows/task-queues.ts';

export const EVENT_STORE = 'event-store';

/** Does nothing where it runs already; where it has ended, it looks once more and ends. */
export async function startEventStore({ workflow }: Client): Promise<void> {
  await workflow.start<typeof eventStore>('eventStore', {
    workflowId: EVENT_STORE,
    taskQueue: BILLING_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Moves events to ClickHouse',
  });
}
