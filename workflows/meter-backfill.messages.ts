/** What may be asked of the counting of what came in before a meter was made. */
import { defineQuery } from '@temporalio/workflow';

/** Events looked at, and those of them that the meter counts. */
export const backfillProgress = defineQuery<{ readonly looked: number; readonly counted: number }>('progress');
