/** What it means that an activity failed: is its work undone, or does nobody know? */
import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';

/**
 * Whether the activity's whole time is over without an answer, so that its work may or may not have been done. Where the
 * time ends between two tries, the server tells of the last try's failure, and only the retry state says why it ended.
 */
export function hasRunOutOfTime(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  return error.cause instanceof TimeoutFailure || error.retryState === 'TIMEOUT';
}
