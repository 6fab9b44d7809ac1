/** Lets processes live by a test clock. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { liveUntil } from '../../workflows/test-clock.messages.ts';
import type { Dependencies } from '../dependencies.ts';
import { startCheckouts } from '../waking/checkouts.ts';
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

/** A subscription whose process was lost gets it back, and a checkout whose time is over one that ends it. */
async function live(deps: Dependencies, process: Hanging, to: number): Promise<number | null> {
  const ask = () => deps.temporal.workflow.getHandle(process.workflowId).executeUpdate(liveUntil, { args: [{ to }] });
  try {
    return (await ask()).nextDue;
  } catch (error) {
    if (livesInRealTime(error)) return null;
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return (await begin(deps, process, to)) ? (await ask()).nextDue : null;
  }
}

/** False where it needs no process any more, or not yet. */
async function begin({ orm, temporal }: Dependencies, process: Hanging, to: number): Promise<boolean> {
  const em = orm.em.fork();
  const { subscriptionId, checkoutId, due } = process;
  if (subscriptionId !== null) return restartSubscription(em, temporal, subscriptionId);
  if (checkoutId === null || due === null || due > to) return false;
  const wakes = await startCheckouts(em, temporal, [checkoutId]);
  for (const { call } of wakes) await call();
  return wakes.length > 0;
}

/** So does a checkout until its buyer is known to be a customer on the clock. */
function livesInRealTime(error: unknown): boolean {
  if (!(error instanceof WorkflowUpdateFailedError)) return false;
  return error.cause instanceof ApplicationFailure && error.cause.type === 'Refused';
}
