/** Where events are read, for the whole installation: one row, which the moving over to ClickHouse changes. */
import { Client, type ClientBase, type Pool } from 'pg';

/**
 * Held alone by whoever carries events from Postgres to ClickHouse, for a transaction: taken before USAGE_LOCK where both
 * are.
 */
export const MOVE_LOCK = 4_815_162_343;

export type EventStoreState = 'postgres' | 'moving' | 'clickhouse';

/** Times as Postgres writes them, to the µs. */
export interface StandingStore {
  /** What is asked of ClickHouse only in the last of them. */
  readonly state: EventStoreState;
  /** All events that were received before it are in ClickHouse. Null: none. */
  readonly copiedBefore: string | null;
  /** Whoever writes events of before it has finished; up to here they can be copied. Null: not looked at yet. */
  readonly copyUntil: string | null;
  /** Events copied so far, those that came in once it was over not counted. */
  readonly moved: number;
  /** Whether Postgres holds no more than what still is to be carried over. */
  readonly isCleared: boolean;
}

export async function standingStore(client: ClientBase | Pool): Promise<StandingStore> {
  const { rows } = await client.query<StandingStore>(
    `select state, copied_before::text as "copiedBefore", copy_until::text as "copyUntil", moved::float8 as moved,
       cleared_at is not null as "isCleared"
     from event_store`,
  );
  const [standing] = rows;
  if (standing === undefined) throw new Error('The row of the event store is not in the database.');
  return standing;
}

/**
 * Throws, saying what to set, where events are in a ClickHouse that this process isn't told of. Where the database can't be
 * asked yet, whoever reads events is told so later.
 */
export async function refuseLostStore(databaseUrl: string, clickhouseUrl: string | undefined): Promise<void> {
  if (clickhouseUrl !== undefined) return;
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  const state = await client
    .connect()
    .then(() => standingStore(client))
    .then((standing) => standing.state)
    .catch(() => 'postgres' as const)
    .finally(() => client.end().catch(() => {}));
  if (state === 'postgres') return;
  const what = state === 'clickhouse' ? 'are in ClickHouse' : 'are being moved to ClickHouse';
  throw new Error(
    `The events of this database ${what}: set CLICKHOUSE_URL to the same as before (docs/operations.md).`,
  );
}
