/** Where events are read, for the whole installation: one row, which the moving to ClickHouse and back changes. */
import { Client, type ClientBase, type Pool } from 'pg';

/**
 * Held alone by whoever carries events from Postgres to ClickHouse, for a transaction: taken before USAGE_LOCK where both
 * are.
 */
export const MOVE_LOCK = 4_815_162_343;

/** Held alone by whoever brings events back to Postgres, for a transaction: taken before both others. */
export const RETURN_LOCK = 4_815_162_344;

/** `moving`: to ClickHouse; `returning`: back from it. */
export type EventStoreState = 'postgres' | 'moving' | 'clickhouse' | 'returning';

/** Whether events are read in ClickHouse then, and carried there as they come in. */
export const isInClickHouse = (state: EventStoreState): boolean => state === 'clickhouse' || state === 'returning';

/** Times as Postgres writes them, to the µs. */
export interface StandingStore {
  readonly state: EventStoreState;
  /** All events that were received before it are in ClickHouse. Null: none. */
  readonly copiedBefore: string | null;
  /** Whoever writes events of before it has finished; up to here they can be copied. Null: not looked at yet. */
  readonly copyUntil: string | null;
  /** Events copied so far, those that came in once it was over not counted. */
  readonly moved: number;
  /** Whether Postgres holds no more than what still is to be carried over. */
  readonly isCleared: boolean;
  /** All events that were received before it have been brought back, but for those in Postgres anyway. Null: none. */
  readonly returnedBefore: string | null;
  /** ClickHouse has all that was received before it. Null: not looked at yet. */
  readonly returnUntil: string | null;
  readonly returned: number;
}

/** As ClickHouse reads it, too. */
const utc = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`;

export async function standingStore(client: ClientBase | Pool): Promise<StandingStore> {
  const { rows } = await client.query<StandingStore>(
    `select state, copied_before::text as "copiedBefore", copy_until::text as "copyUntil", moved::float8 as moved,
       cleared_at is not null as "isCleared", ${utc('returned_before')} as "returnedBefore",
       ${utc('return_until')} as "returnUntil", returned::float8 as returned
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
  throw new Error(
    `The events of this database ${WHERE[state]}: set CLICKHOUSE_URL to the same as before. To do without it, set ` +
      'EVENT_STORE=postgres beside it and wait until they have been brought back (docs/operations.md).',
  );
}

const WHERE = {
  moving: 'are being moved to ClickHouse',
  clickhouse: 'are in ClickHouse',
  returning: 'are still being brought back from ClickHouse',
} as const;
