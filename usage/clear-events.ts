/**
 * What happens to the copied events in Postgres: they are looked for in ClickHouse before it is read, and once it is, they
 * are taken out of Postgres, month by month, each only where ClickHouse has as many as it held at first.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { ClickHouseClient } from './clickhouse/connection.ts';
import { InsertTooSlow } from './clickhouse/lines.ts';
import { countByMonth, type Month } from './clickhouse/months.ts';
import { dropPartition, monthly } from './event-partitions.ts';
import { standingStore } from './event-store-state.ts';
import { BLOCKS, blocksOf, inBlocks, moveNext, type Part, type Piece } from './move-events.ts';

const MOVE_WITHIN_MS = 30_000;
/** Of lines in one piece: there are few such events, and it begins anew with it each time. */
const MOVE_BYTES = 4_000_000;
const LEAST_BYTES = 64_000;
/** Between two times of trying to drop a table that is being read: each holds up whoever writes events. */
const READ_FOR_MS = 10_000;

/**
 * The first month of which ClickHouse has fewer events than were copied; they are then copied again from there on. Null:
 * all are there.
 */
export async function checkCopied(client: ClientBase, clickhouse: ClickHouseClient): Promise<Month | null> {
  const { copiedBefore } = await standingStore(client);
  if (copiedBefore === null) return null;
  const { rows } = await client.query<{ month: Month; n: number; start: string }>(
    `select to_char(month, 'YYYYMM')::int as month, n, (month at time zone 'UTC')::text as start
     from (select date_trunc('month', received_at at time zone 'UTC') as month, count(*)::float8 as n
       from events where received_at < $1 group by 1) months
     order by 1`,
    [copiedBefore],
  );
  const there = await countByMonth(clickhouse, await inUtc(client, copiedBefore));
  const short = rows.findIndex(({ month, n }) => (there.get(month) ?? 0) < n);
  const first = rows[short];
  if (first === undefined) return null;
  const before = rows.slice(0, short).reduce((sum, { n }) => sum + n, 0);
  await client.query(
    `update event_store set copied_before = $1, copy_until = null, moved = $2 where state = 'moving'`,
    [first.start, before],
  );
  return first.month;
}

/** Takes them out of Postgres, until `isTired`; whether all of them are out. */
export async function clearCopied(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  isTired: () => boolean,
): Promise<boolean> {
  const { state, copiedBefore, isCleared } = await standingStore(client);
  if (isCleared) return true;
  if (state !== 'clickhouse' || copiedBefore === null) return false;
  const there = await countByMonth(clickhouse, await inUtc(client, copiedBefore));
  for (const name of [...(await monthly(client)), 'events_other']) {
    const month = Number(name.replace(/\D/g, ''));
    const partition = { name, copiedBefore, there: there.get(month) ?? 0 };
    if (!(await clearPartition(client, clickhouse, partition, isTired))) return false;
  }
  await client.query(`update event_store set cleared_at = clock_timestamp(), held = '{}'`);
  return true;
}

/** No longer once events have been brought back: a step that was taken for dead may wake up then. */
const TO_BE_CLEARED = `select from event_store where state = 'clickhouse' and cleared_at is null`;

async function mayClear(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query(TO_BE_CLEARED);
  return rows.length > 0;
}

interface Copied {
  readonly name: string;
  readonly copiedBefore: string;
  /** Events of its month in ClickHouse. */
  readonly there: number;
}

/** Those that ClickHouse turns out to lack are carried over once more. */
async function clearPartition(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  { name, copiedBefore, there }: Copied,
  isTired: () => boolean,
): Promise<boolean> {
  const { rows } = await client.query<{ n: number; isOver: boolean }>(
    `select (select count(*)::float8 from only ${name} where received_at < $1) as n,
       to_char($1::timestamptz at time zone 'UTC', '"events_"YYYY_MM') > $2 as "isOver"`,
    [copiedBefore, name],
  );
  const [{ n, isOver } = { n: 0, isOver: false }] = rows;
  if (n === 0) return true;
  const held = await heldAtFirst(client, name, n);
  if (held === null) return false;
  const isThere = there >= held;
  if (isThere && isOver) {
    if (await dropPartition(client, name, () => mayClear(client))) return true;
    await sleep(READ_FOR_MS);
    return false;
  }
  const last = await blocksOf(client, name);
  for (let block = 0; block < last; ) {
    if (isTired()) return false;
    if (isThere) {
      const next = block + BLOCKS;
      await client.query(
        `delete from only ${name} where ${inBlocks(block, next)} and received_at < $1 and exists (${TO_BE_CLEARED})`,
        [copiedBefore],
      );
      block = next;
    } else {
      const part = { block, from: '-infinity', until: copiedBefore, withinMs: MOVE_WITHIN_MS, most: MOVE_BYTES };
      const piece = await moveSlowly(client, clickhouse, name, part);
      if (piece === null) return false;
      block = piece.next;
    }
  }
  return true;
}

/**
 * How many it had before any was taken out: with fewer of them there now, all of the month may look to be in ClickHouse while
 * some that are left here aren't. Null: events have been brought back.
 */
async function heldAtFirst(client: ClientBase, name: string, n: number): Promise<number | null> {
  const { rows } = await client.query<{ held: number }>(
    `update event_store set held = jsonb_build_object($1::text, $2::float8) || held
     where state = 'clickhouse' and cleared_at is null returning (held ->> $1)::float8 as held`,
    [name, n],
  );
  return rows[0]?.held ?? null;
}

/** Less of it where that takes too long. */
async function moveSlowly(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  name: string,
  part: Part,
): Promise<Piece | null> {
  try {
    return await moveNext(client, clickhouse, name, part);
  } catch (error) {
    if (!(error instanceof InsertTooSlow) || part.most <= LEAST_BYTES) throw error;
    return moveSlowly(client, clickhouse, name, { ...part, most: part.most / 4 });
  }
}

/** As ClickHouse reads it. */
async function inUtc(client: ClientBase, time: string): Promise<string> {
  const { rows } = await client.query<{ utc: string }>(
    `select to_char($1::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as utc`,
    [time],
  );
  return rows[0]?.utc ?? time;
}
