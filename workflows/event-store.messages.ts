/** What may be asked of the moving of events to ClickHouse. */
import { defineQuery } from '@temporalio/workflow';

export interface MoveProgress {
  readonly state: 'postgres' | 'moving' | 'clickhouse';
  /** Events copied so far, and an estimate of how many there are. */
  readonly moved: number;
  readonly total: number;
  /** Whether only what has come in within the last moments is left to copy. */
  readonly isCaughtUp: boolean;
  /** Whether what was copied has been taken out of Postgres. */
  readonly isCleared: boolean;
}

/** Null: it has just begun. */
export const moveProgress = defineQuery<MoveProgress | null>('progress');
