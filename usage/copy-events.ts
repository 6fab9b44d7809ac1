/**
 * Copies all events of Postgres to ClickHouse, in the order in which they were received, while more come in and are read
 * where they were. A transaction that commits late holds events of an earlier time: so only what is of before a moment at
 * which nobody was writing is copied by its time, up to the next such moment, and the last piece while nobody writes.
 */
import type { ClientBase } from 'pg';
import type { ClickHouseClient } from './clickhouse/connection.ts';
import { EVENT_LINE, type EventLine, InsertTooSlow, insertLines, LINE_BYTES, MOST_BYTES } from './clickhouse/lines.ts';
import { MOVE_LOCK, type StandingStore, standingStore } from './event-store-state.ts';
import { inTransaction } from './in-transaction.ts';
import { USAGE_LOCK } from './write-events.ts';

/** Of events copied in one step, but for those of one moment; of MOST_BYTES at most as well. */
const MOST = 50_000;
/** Of events read in one go, the longest of which are of some 100 kB. */
const FETCH = 200;
/** How often a piece that took too long is halved. */
const HALVINGS = 3;
const SHORTEST_MS = 1;
const LONGEST_MS = 31 * 86_400_000;
const INSERT_WITHIN_MS = 30_000;
/** Nobody writes events for so long at most. */
const SWITCH_WITHIN_MS = 5_000;
/** Of lines copied meanwhile: more than came in since the last look, or it would never come to it. */
const SWITCH_BYTES = 4 * MOST_BYTES;
/** What came in within so long is little enough to be copied while nobody writes. */
const CAUGHT_UP_MS = 2_000;

/** From now on events are copied, and still read in Postgres; does nothing where that has begun. */
export async function startCopying(client: ClientBase): Promise<void> {
  await client.query(
    `update event_store set state = 'moving', started_at = clock_timestamp() where state = 'postgres'`,
  );
}

/** Before the switch: what was copied stays in ClickHouse, and counts once if it is copied again. */
export async function callOffCopying(client: ClientBase): Promise<void> {
  await carrying(client, () =>
    client.query(
      `update event_store set state = 'postgres', started_at = null, copied_before = null, copy_until = null, moved = 0
       where state = 'moving'`,
    ),
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
    // Called off, or over, while this step was waiting.
    if (standing.state !== 'moving') return { ms, isCaughtUp: true };
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
  let copied = 0;
  for await (const lines of piecesOf(client, copiedBefore, part.until)) {
    await insertHalving(clickhouse, lines, HALVINGS);
    copied += lines.length;
  }
  await client.query('update event_store set copied_before = $1, moved = moved + $2', [part.until, copied]);
  return { ms: copied < MOST / 4 ? Math.min(LONGEST_MS, ms * 2) : ms, isCaughtUp: false };
}

/** Of about MOST_BYTES each. Null: from the first. */
async function* piecesOf(client: ClientBase, from: string | null, until: string): AsyncGenerator<EventLine[]> {
  // All of it is read in the end.
  await client.query('set local cursor_tuple_fraction = 1');
  await client.query(
    `declare lines no scroll cursor for
     select ${EVENT_LINE} from events where received_at >= $1 and received_at < $2`,
    [from ?? '-infinity', until],
  );
  let piece: EventLine[] = [];
  let length = 0;
  for (let isOver = false; !isOver; ) {
    const { rows } = await client.query<EventLine>(`fetch ${FETCH} from lines`);
    isOver = rows.length < FETCH;
    piece.push(...rows);
    length += rows.reduce((sum, { line }) => sum + line.length, 0);
    if (length < MOST_BYTES && !isOver) continue;
    yield piece;
    piece = [];
    length = 0;
  }
  await client.query('close lines');
}

async function insertHalving(
  clickhouse: ClickHouseClient,
  lines: readonly EventLine[],
  halvings: number,
): Promise<void> {
  try {
    await insertLines(clickhouse, lines, INSERT_WITHIN_MS);
  } catch (error) {
    if (!(error instanceof InsertTooSlow) || halvings === 0 || lines.length < 2) throw error;
    const half = Math.ceil(lines.length / 2);
    await insertHalving(clickhouse, lines.slice(0, half), halvings - 1);
    await insertHalving(clickhouse, lines.slice(half), halvings - 1);
  }
}

interface Part {
  readonly until: string;
  readonly isMore: boolean;
}

/** The next `ms` ms, and whether there is more in them than fits. */
async function partOf(client: ClientBase, from: string | null, last: string | null, ms: number): Promise<Part> {
  const { rows } = await client.query<Part>(
    `select part.until::text as until, ${isMoreThanFits('received_at >= $1 and received_at < part.until', MOST_BYTES)} as "isMore"
     from (select least($1::timestamptz + $3 * interval '1 ms', $2) as until) part`,
    [from, last, ms],
  );
  const [part] = rows;
  if (part === undefined) throw new Error('Postgres did not say how far to copy.');
  return part;
}

/** Reads no further than what fits. */
const isMoreThanFits = (condition: string, most: number): string => `exists (
  select from (
    select row_number() over w as n, sum(${LINE_BYTES}) over w as bytes from events where ${condition}
    window w as (rows unbounded preceding)
  ) e where n > ${MOST} or bytes > ${most})`;

/**
 * Copies the last of it while nobody writes; from then on events are read in ClickHouse. False where that would take too
 * long: more is to be copied first.
 */
export async function switchOver(client: ClientBase, clickhouse: ClickHouseClient): Promise<boolean> {
  return carrying(client, async () => {
    await client.query(`set local lock_timeout = ${SWITCH_WITHIN_MS}`);
    await client.query(`select pg_advisory_xact_lock(${USAGE_LOCK})`);
    const { state, copiedBefore } = await standingStore(client);
    if (state !== 'moving') return state === 'clickhouse';
    const from = copiedBefore ?? '-infinity';
    const looked = await client.query<{ isMore: boolean }>(
      `select ${isMoreThanFits('received_at >= $1', SWITCH_BYTES)} as "isMore"`,
      [from],
    );
    if (looked.rows[0]?.isMore !== false) return false;
    const { rows } = await client.query<EventLine>(`select ${EVENT_LINE} from events where received_at >= $1`, [from]);
    if (!(await isInsertedInTime(clickhouse, rows))) return false;
    await client.query(
      `update event_store set state = 'clickhouse', copied_before = clock_timestamp(), copy_until = null,
         moved = moved + $1, finished_at = clock_timestamp()`,
      [rows.length],
    );
    return true;
  });
}

async function isInsertedInTime(clickhouse: ClickHouseClient, rows: readonly EventLine[]): Promise<boolean> {
  try {
    await insertLines(clickhouse, rows, SWITCH_WITHIN_MS);
    return true;
  } catch (error) {
    if (error instanceof InsertTooSlow) return false;
    throw error;
  }
}

/** In a transaction, as the only one that carries events. */
async function carrying<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  return inTransaction(client, async () => {
    await client.query(`select pg_advisory_xact_lock(${MOVE_LOCK})`);
    return work();
  });
}
