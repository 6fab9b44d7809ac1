/** A process that runs already is as good as started. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

export async function started(start: Promise<unknown>): Promise<void> {
  try {
    await start;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
