/** What may be asked of a test clock, and of every process that hangs on one. Instants are ms since 1970. */
import { defineUpdate } from '@temporalio/workflow';
import type { TestClockId } from '../billing/ids.ts';

/** Sets the clock off towards an instant; answers once the advance has begun. */
export const advanceClock = defineUpdate<void, [{ to: number }]>('advanceClock');

/** Lets a process live until an instant; answers when it rests there, with the next instant at which it has work. */
export const liveUntil = defineUpdate<{ nextDue: number | null }, [{ to: number }]>('liveUntil');

export interface TestClockStart {
  readonly clockId: TestClockId;
  readonly now: number;
  /** The advance that the run before was in the middle of. */
  readonly underWay?: Advance;
}

export interface Advance {
  readonly target: number;
  /** Whether grants are still waited for: not once some have been in vain. */
  readonly isPatient: boolean;
}
