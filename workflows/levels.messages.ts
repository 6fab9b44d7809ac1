/** What may be asked of the processes that tell how far credits are used up. */
import { defineSignal } from '@temporalio/workflow';

/** Something has changed since they looked last, if they did. */
export const lookAgain = defineSignal('lookAgain');
