/**
 * A test clock: lets all that hangs on it live until an instant, from one instant at which something is due to the next,
 * so that things happen in their order, and says when everything has come to rest.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Stepped } from '../activities/steering/clocks.ts';
import { steering } from './proxies.ts';
import { advanceClock, type TestClockStart } from './test-clock.messages.ts';

/** After this long without an advance the process ends; the next advance starts it again. */
const IDLE = '1 h';

export async function testClock({ clockId, now: shown, underWay }: TestClockStart): Promise<void> {
  let now = shown;
  let target = underWay?.target ?? null;
  let isPatient = underWay?.isPatient ?? true;
  /** What the row says of an advance: not yet that it is under way; that it is; perhaps already `ready`. */
  let stage: 'asked' | 'begun' | 'arriving' = underWay === undefined ? 'asked' : 'begun';
  setHandler(
    advanceClock,
    async ({ to }) => {
      // The row says `ready` a moment before the process knows that it is.
      await condition(() => target === null || stage !== 'arriving');
      if (target !== null) throw refusal('Conflict', 'The clock is already advancing; wait until it is ready.');
      if (to <= now) throw refusal('Refused', 'A clock only goes forward.');
      target = to;
      await condition(() => stage !== 'asked');
    },
    { description: 'Let time pass' },
  );

  const isAsked = () => target !== null;
  while (isAsked() || (await condition(isAsked, IDLE)) || isAsked()) {
    await advanceTo(target ?? now);
    target = null;
    isPatient = true;
    stage = 'asked';
    if (mustStartAfresh()) await continueAsNew<typeof testClock>({ clockId, now });
  }

  /** An advance over years has more steps than one run may hold. */
  async function advanceTo(to: number): Promise<void> {
    if (stage === 'asked') await steering.setOff({ clockId, target: to });
    stage = 'begun';
    for (let due: number | null = now; due !== null && due <= to; ) {
      const stepped: Stepped = await steering.liveStep({ clockId, to: due, isPatient });
      now = due;
      due = stepped.nextDue;
      isPatient = stepped.isPatient;
      if (mustStartAfresh())
        await continueAsNew<typeof testClock>({ clockId, now, underWay: { target: to, isPatient } });
    }
    stage = 'arriving';
    await steering.arrive({ clockId, to, isPatient });
    now = to;
  }
}

const mustStartAfresh = () => workflowInfo().continueAsNewSuggested && allHandlersFinished();

const refusal = (type: string, message: string) => ApplicationFailure.nonRetryable(message, type);
