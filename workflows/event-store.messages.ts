/** What may be asked of the moving of events to ClickHouse, and back. */
import { defineQuery, defineSignal } from '@temporalio/workflow';

/** Where events are to be read. */
export type Store = 'postgres' | 'clickhouse';

/** Another one than before: what has been begun is called off before the switch, and undone after it. */
export const wantStore = defineSignal<[Store]>('wantStore');

export interface MoveProgress {
  /** `moving`: to ClickHouse; `returning`: back to Postgres. */
  readonly state: Store | 'moving' | 'returning';
  /** Events copied so far that way, and an estimate of how many there are. */
  readonly moved: number;
  readonly total: number;
  /** Whether only what has come in within the last moments is left to copy. */
  readonly isCaughtUp: boolean;
  /** Whether what was copied to ClickHouse has been taken out of Postgres. */
  readonly isCleared: boolean;
}

/** Null: it has just begun. */
export const moveProgress = defineQuery<MoveProgress | null>('progress');
