/** Sees to it that webhooks are forgotten in time: one process for all workers. */
import type { Client } from '@temporalio/client';
import { DELIVERY_QUEUE } from '../workflows/task-queues.ts';
import type { webhookRetention } from '../workflows/webhook-retention.ts';

/** Does nothing where it runs already. */
export async function startWebhookRetention({ workflow }: Client): Promise<void> {
  await workflow.start<typeof webhookRetention>('webhookRetention', {
    workflowId: 'webhook-retention',
    taskQueue: DELIVERY_QUEUE,
    args: [],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Forgets webhooks after 90 days',
  });
}
