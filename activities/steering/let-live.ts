/** Lets processes live by a test clock. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { liveUntil } from '../../workflows/test-clock.messages.ts';
import type { Dependencies } from '../dependencies.ts';
import { restartSubscription } from '../waking/subscriptions.ts';
import type { Hanging } from './hanging.ts';

/** How many processes are steered at once. */
const AT_ONCE = 16;

/**
 * Lets the processes live until an instant, side by side, and answers with the next instant at which each has work; null
 * where it has none.
 */
export async function letLive(
  deps: Dependencies,
  processes: readonly Hanging[],
  to: number,
): Promise<(number | null)[]> {
  const answers = new Array<number | null>(processes.length).fill(null);
  const waiting = processes.entries();
  const steer = async () => {
    for (const [index, process] of waiting) answers[index] = await live(deps, process, to);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, processes.length) }, steer));
  return answers;
}

/** A subscription whose process was lost gets it back. */
async function live({ orm, temporal }: Dependencies, process: Hanging, to: number): Promise<number | null> {
  const ask = () => temporal.workflow.getHandle(process.workflowId).executeUpdate(liveUntil, { args: [{ to }] });
  try {
    return (await ask()).nextDue;
  } catch (error) {
    if (livesInRealTime(error)) return null;
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const { subscriptionId: id } = process;
    return id !== null && (await restartSubscription(orm.em.fork(), temporal, id)) ? (await ask()).nextDue : null;
  }
}

/** So does a checkout until its buyer is known to be a customer on the clock. */
function livesInRealTime(error: unknown): boolean {
  if (!(error instanceof WorkflowUpdateFailedError)) return false;
  return error.cause instanceof ApplicationFailure && error.cause.type === 'Refused';
}
