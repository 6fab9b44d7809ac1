/** Starts the process of a subscription again, from its row. */
import type { Client } from '@temporalio/client';
import type { SubscriptionId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';
import { processesToRun } from '../../db/subscription-processes.ts';
import { processOf } from '../../workflows/subscription.messages.ts';
import type { subscription } from '../../workflows/subscription.ts';
import { started } from './started.ts';
import { callAll, type Waker } from './wake.ts';

export const startSubscriptions: Waker = async (em, temporal, subjectIds) => {
  const found = await processesToRun(em, subjectIds as SubscriptionId[]);
  return found.map((row) => ({
    subjectId: row.id,
    call: () => started(temporal.workflow.start<typeof subscription>('subscription', processOf(row))),
  }));
};

/** For whoever asked a process that is missing: whether it runs now; false where its subscription has ended. */
export async function restartSubscription(em: EntityManager, temporal: Client, id: SubscriptionId): Promise<boolean> {
  const wakes = await startSubscriptions(em, temporal, [id]);
  const [failed] = await callAll(temporal, wakes);
  if (failed !== undefined) throw failed.error;
  return wakes.length > 0;
}
