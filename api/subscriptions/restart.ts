/** For a request that finds no process: starts the subscription's again, from its row. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from '@temporalio/client';
import type { SubscriptionId } from '../../billing/ids.ts';
import { processesToRun } from '../../db/subscription-processes.ts';
import { processOf } from '../../workflows/subscription.messages.ts';
import type { subscription } from '../../workflows/subscription.ts';

/** Whether it runs now; false where the subscription has ended. */
export async function restartSubscription(client: Client, orm: MikroORM, id: SubscriptionId): Promise<boolean> {
  const [row] = await processesToRun(orm.em.fork(), [id]);
  if (row === undefined) return false;
  await client.workflow.start<typeof subscription>('subscription', {
    ...processOf(row),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return true;
}
