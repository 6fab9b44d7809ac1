/**
 * A test clock: lets all that hangs on it live until an instant, in the order in which things fall due, and says when
 * everything has come to rest.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { TestClockId } from '../billing/ids.ts';
import { steering } from './proxies.ts';
import { advanceClock, type TestClockStart } from './test-clock.messages.ts';

/** After this long without an advance the process ends; the next advance starts it again. */
const IDLE = '1 h';

export async function testClock(start: TestClockStart): Promise<void> {
  const { clockId } = start;
  let now = start.now;
  let target: number | null = null;
  /** The database says that the clock is advancing, so that nobody takes the old `ready` for the new one. */
  let begun = false;
  setHandler(
    advanceClock,
    async ({ to }) => {
      // The row says `ready` a moment before the process knows that it is.
      await condition(() => target === null);
      if (to <= now) throw ApplicationFailure.nonRetryable('A clock only goes forward.', 'Refused');
      target = to;
      await condition(() => begun);
    },
    { description: 'Let time pass' },
  );

  while (await condition(() => target !== null, IDLE)) {
    const to: number = target ?? now;
    await steering.moveClock({ clockId, to: now, target: to, status: 'advancing' });
    begun = true;
    await advance(clockId, now, to);
    now = to;
    target = null;
    begun = false;
    if (workflowInfo().continueAsNewSuggested && allHandlersFinished()) {
      await continueAsNew<typeof testClock>({ clockId, now });
    }
  }
}

/** Steps from one instant at which something is due to the next, so that things happen in their order. */
async function advance(clockId: TestClockId, from: number, to: number): Promise<void> {
  const workflowIds = await steering.listHanging({ clockId });
  let dues = await steering.letLive({ workflowIds, to: from });
  for (;;) {
    const next = Math.min(...dues.map((due) => due ?? Number.POSITIVE_INFINITY));
    if (next > to) break;
    const turn = workflowIds.filter((_, index) => dues[index] === next);
    const after = await steering.letLive({ workflowIds: turn, to: next });
    dues = dues.map((due, index) => (due === next ? (after[turn.indexOf(workflowIds[index] ?? '')] ?? null) : due));
    await steering.moveClock({ clockId, to: next, target: to, status: 'advancing' });
  }
  await steering.letLive({ workflowIds, to });
  await settleDown(clockId);
  await steering.moveClock({ clockId, to, target: null, status: 'ready' });
}

/** What doesn't come to rest, such as a receiver that never answers, doesn't keep the clock from being ready. */
async function settleDown(clockId: TestClockId): Promise<void> {
  try {
    await steering.rest({ clockId });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure && cause.type === 'NotAtRest')) throw error;
  }
}
