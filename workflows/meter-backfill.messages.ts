/** What may be asked of the counting of what came in before a meter was made. */
import { defineQuery, defineSignal } from '@temporalio/workflow';

/** There is something to count, perhaps from the first event again: however little is left of what was being counted. */
export const countAnew = defineSignal('countAnew');

/** Events looked at, and those of them that the meter counts. */
export const backfillProgress = defineQuery<{ readonly looked: number; readonly counted: number }>('progress');
