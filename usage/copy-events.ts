/**
 * Copies all events of Postgres to ClickHouse, in the order in which they were received, while more come in and are read
 * where they were. A transaction that commits late holds events of an earlier time: so only what is of before a moment at
 * which nobody was writing is copied by its time, up to the next such moment, and the last piece while nobody writes.
 */
import type { ClientBase } from 'pg';
import type { ClickHouseClient } from './clickhouse/connection.ts';
import { EVENT_LINE, type EventLine, insertLines } from './clickhouse/lines.ts';
import { MOVE_LOCK, type StandingStore, standingStore } from './event-store-state.ts';
import { USAGE_LOCK } from './write-events.ts';

/** Of events in one piece, but for those of one moment. */
const MOST = 50_000;
const SHORTEST_MS = 1;
const LONGEST_MS = 31 * 86_400_000;
const INSERT_WITHIN_MS = 30_000;
/** Nobody writes events for so long at most. */
const SWITCH_WITHIN_MS = 5_000;
/** What came in within so long is little enough to be copied while nobody writes. */
const CAUGHT_UP_MS = 2_000;

/** From now on events are copied, and still read in Postgres; does nothing where that has begun. */
export async function startCopying(client: ClientBase): Promise<void> {
  await client.query(
    `update event_store set state = 'moving', started_at = clock_timestamp() where state = 'postgres'`,
  );
}

export interface Slice {
  readonly ms: number;
  /** Whether what is left has come in within the last moments. */
  readonly isCaughtUp: boolean;
}

/** Copies what was received within the next `ms` ms; answers with how long the next slice should be. */
export function copyNext(client: ClientBase, clickhouse: ClickHouseClient, ms: number): Promise<Slice> {
  return carrying(client, async () => {
    const standing = await standingStore(client);
    if (standing.copiedBefore === null) return begin(client, ms);
    if (standing.copyUntil === null || standing.copiedBefore === standing.copyUntil) {
      return { ms, isCaughtUp: await lookAhead(client) };
    }
    return copySlice(client, clickhouse, standing, ms);
  });
}

/** Before the first event, without reading all of them; a day before, as it may not have been committed yet. */
async function begin(client: ClientBase, ms: number): Promise<Slice> {
  await client.query(
    `update event_store set copied_before = coalesce(least(
       (select min(received_at) from events_other),
       (select min(to_date(substr(relid::regclass::text, 8), 'YYYY_MM')::timestamp at time zone 'UTC')
        from pg_partition_tree('events') where isleaf and relid::regclass::text <> 'events_other')
     ), clock_timestamp()) - interval '1 day'`,
  );
  return { ms, isCaughtUp: false };
}

/** Whoever had begun to write has finished once the lock is ours, and whoever begins then writes a later time. */
async function lookAhead(client: ClientBase): Promise<boolean> {
  await client.query(`set local lock_timeout = '10s'`);
  await client.query(`select pg_advisory_xact_lock(${USAGE_LOCK})`);
  const { rows } = await client.query<{ isCaughtUp: boolean }>(
    `update event_store set copy_until = greatest(copied_before, clock_timestamp())
     returning copy_until - copied_before < $1 * interval '1 ms' as "isCaughtUp"`,
    [CAUGHT_UP_MS],
  );
  return rows[0]?.isCaughtUp === true;
}

async function copySlice(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  { copiedBefore, copyUntil }: StandingStore,
  ms: number,
): Promise<Slice> {
  let part = await partOf(client, copiedBefore, copyUntil, ms);
  while (part.isMore && ms > SHORTEST_MS) {
    ms = Math.max(SHORTEST_MS, ms / 4);
    part = await partOf(client, copiedBefore, copyUntil, ms);
  }
  const { rows } = await client.query<EventLine>(
    `select ${EVENT_LINE} from events where received_at >= $1 and received_at < $2`,
    [copiedBefore, part.until],
  );
  await insertLines(clickhouse, rows, INSERT_WITHIN_MS);
  await client.query('update event_store set copied_before = $1, moved = moved + $2', [part.until, rows.length]);
  return { ms: rows.length < MOST / 4 ? Math.min(LONGEST_MS, ms * 2) : ms, isCaughtUp: false };
}

interface Part {
  readonly until: string;
  readonly isMore: boolean;
}

/** The next `ms` ms, and whether there is more in them than fits. */
async function partOf(client: ClientBase, from: string | null, last: string | null, ms: number): Promise<Part> {
  const { rows } = await client.query<Part>(
    `select part.until::text as until,
       (select count(*) from (select from events where received_at >= $1 and received_at < part.until limit ${MOST + 1}) e)
         > ${MOST} as "isMore"
     from (select least($1::timestamptz + $3 * interval '1 ms', $2) as until) part`,
    [from, last, ms],
  );
  const [part] = rows;
  if (part === undefined) throw new Error('Postgres did not say how far to copy.');
  return part;
}

/**
 * Copies the last of it while nobody writes; from then on events are read in ClickHouse. False where that would take too
 * long: more is to be copied first.
 */
export async function switchOver(client: ClientBase, clickhouse: ClickHouseClient): Promise<boolean> {
  return carrying(client, async () => {
    await client.query(`set local lock_timeout = ${SWITCH_WITHIN_MS}`);
    await client.query(`select pg_advisory_xact_lock(${USAGE_LOCK})`);
    const { state, copiedBefore } = await standingStore(client);
    if (state === 'clickhouse') return true;
    const { rows } = await client.query<EventLine>(
      `select ${EVENT_LINE} from events where received_at >= $1 limit ${MOST + 1}`,
      [copiedBefore ?? '-infinity'],
    );
    if (rows.length > MOST) return false;
    await insertLines(clickhouse, rows, SWITCH_WITHIN_MS);
    await client.query(
      `update event_store set state = 'clickhouse', copied_before = clock_timestamp(), copy_until = null,
         moved = moved + $1, finished_at = clock_timestamp()`,
      [rows.length],
    );
    return true;
  });
}

/** In a transaction, as the only one that carries events. */
async function carrying<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query(`select pg_advisory_xact_lock(${MOVE_LOCK})`);
    const done = await work();
    await client.query('commit');
    return done;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
