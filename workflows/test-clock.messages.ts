/** What may be asked of a test clock, and of every process that hangs on one. */
import { defineUpdate } from '@temporalio/workflow';

/** Sets the clock off towards an instant (ms since 1970); answers once the advance has begun. */
export const advanceClock = defineUpdate<void, [{ to: number }]>('advanceClock');

/** Lets a process live until an instant; answers when it rests there, with the next instant at which it has work. */
export const liveUntil = defineUpdate<{ nextDue: number | null }, [{ to: number }]>('liveUntil');
