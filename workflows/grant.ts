/**
 * Brings one benefit grant to what billing wants of it, trying for a week, and ends; each change of what is wanted runs it
 * again, so that a granted benefit costs no open process.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  proxyActivities,
  setHandler,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { benefitActivities } from '../activities/benefits/index.ts';
import { type GrantStart, wake } from './grant.messages.ts';

const { reconcileGrant } = proxyActivities<ReturnType<typeof benefitActivities>>({
  startToCloseTimeout: '30 s',
  scheduleToCloseTimeout: '7 days',
  retry: { initialInterval: '5 s', backoffCoefficient: 2, maximumInterval: '1 h' },
});

export async function grant({ grantId }: GrantStart): Promise<void> {
  // Starting is a wish too: the signal that came with it is the same wish.
  let woken = true;
  setHandler(wake, () => {
    woken = true;
  });
  await condition(() => woken);
  while (woken) {
    woken = false;
    try {
      await reconcileGrant({ grantId });
    } catch (error) {
      // The error stands on the grant; the next wish, or a merchant's change to the benefit, tries again.
      if (!isGivenUp(error)) throw error;
    }
  }
}

function isGivenUp(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  const { cause } = error;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.nonRetryable === true);
}
