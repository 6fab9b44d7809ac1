/** What the activities of webhooks are given, and the time by which they write. */
import { Context } from '@temporalio/activity';
import type { Dependencies } from '../dependencies.ts';
import type { Post } from './post.ts';

export interface Delivering extends Pick<Dependencies, 'orm' | 'environment'> {
  readonly post: Post;
}

/** The present by the server's clock: when the attempt at this activity was scheduled, and how long it has run since. */
export function activityClock(): () => Date {
  const scheduled = Context.current().info.currentAttemptScheduledTimestampMs;
  const began = performance.now();
  return () => new Date(Math.round(scheduled + performance.now() - began));
}
