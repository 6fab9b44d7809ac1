/**
 * Carries to ClickHouse what has landed in Postgres once events are read there. A number of events is taken out of
 * Postgres, put into ClickHouse, and only then is the taking out committed: whatever breaks in between, they are in one of
 * both, or in both, and what is in both is carried once more and counts once.
 */
import { type ClientBase, Pool } from 'pg';
import type { ClickHouseClient } from './clickhouse/connection.ts';
import { EVENT_LINE, type EventLine, InsertTooSlow, insertLines, LINE_BYTES, MOST_BYTES } from './clickhouse/lines.ts';
import { isLockTimeout } from './event-partitions.ts';
import { refuseOther } from './event-store-id.ts';
import { isInClickHouse, MOVE_LOCK, type StandingStore, standingStore } from './event-store-state.ts';

/**
 * Of a table's blocks in one go at most: they hold some ten thousand events. Gone through from the first to the last one,
 * so that what was taken out before isn't passed again each time.
 */
export const BLOCKS = 400;
/** Of the same: one that carries and one that waits for it, in each process. */
const AT_ONCE = 2;
/** Of lines in one piece, where ClickHouse is slow: hardly more than one block. */
const LEAST_BYTES = 64_000;

export interface Moved {
  readonly moved: number;
  /** Whether all is in ClickHouse that was committed when it began; else the time was over. */
  readonly isComplete: boolean;
}

export class EventMover {
  private readonly pool: Pool;
  private readonly clickhouse: ClickHouseClient;
  /** Of lines in the next piece: less after one that took too long. */
  private most = MOST_BYTES;

  constructor(databaseUrl: string, clickhouse: ClickHouseClient) {
    this.clickhouse = clickhouse;
    this.pool = new Pool({ connectionString: databaseUrl, max: AT_ONCE });
    // Whoever uses a connection hears of its end by their own query: an event that nobody listens to ends the process.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** Does nothing where events are read in Postgres. Throws where ClickHouse, or Postgres, can't be asked. */
  async move(withinMs: number): Promise<Moved> {
    const deadline = performance.now() + withinMs;
    const client = await this.pool.connect();
    try {
      const standing = await standingStore(client);
      const isElsewhere = isInClickHouse(standing.state);
      if (isElsewhere) await refuseOther(client, this.clickhouse);
      const done = isElsewhere ? await this.moveAll(client, standing, deadline) : NOTHING;
      client.release();
      return done;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** So that what was taken out makes room for what comes. */
  async vacuum(): Promise<void> {
    // Before, what was copied is in the way: all of it would be read for the little that was taken out.
    if ((await standingStore(this.pool)).isCleared) await this.pool.query('vacuum events');
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async moveAll(
    client: ClientBase,
    { isCleared, copiedBefore }: StandingStore,
    deadline: number,
  ): Promise<Moved> {
    // What was there before the last copying ended is in ClickHouse already, and is cleared away later.
    const from = isCleared ? '-infinity' : (copiedBefore ?? '-infinity');
    const until = await lastReceived(client, from);
    if (until === null) return NOTHING;
    const partitions = await partitionsFrom(client, from);
    let moved = 0;
    for (const partition of partitions) {
      const last = await blocksOf(client, partition);
      let block = isCleared ? 0 : await firstBlock(client, partition, from);
      while (block < last) {
        const left = deadline - performance.now();
        if (left <= 0) return { moved, isComplete: false };
        const part = { block, from, until, withinMs: left, most: this.most };
        const piece = await this.movePiece(client, partition, part, moved > 0);
        if (piece === null) return { moved, isComplete: false };
        moved += piece.moved;
        block = piece.next;
      }
    }
    // Events may have been moved meanwhile to the table of a month that wasn't there yet.
    const after = await partitionsFrom(client, from);
    return { moved, isComplete: after.join() === partitions.join() };
  }

  /** Null where the time is over: after others it is so soon, and no failure. */
  private async movePiece(
    client: ClientBase,
    partition: string,
    part: Part,
    isAfterOthers: boolean,
  ): Promise<Piece | null> {
    try {
      const piece = await moveNext(client, this.clickhouse, partition, part);
      if (piece !== null) this.most = Math.min(MOST_BYTES, this.most * 2);
      return piece;
    } catch (error) {
      if (!(error instanceof InsertTooSlow)) throw error;
      this.most = Math.max(LEAST_BYTES, this.most / 4);
      if (!isAfterOthers) throw error;
      return null;
    }
  }
}

const NOTHING: Moved = { moved: 0, isComplete: true };

/** What is there from then on was received by this time. Null: there is nothing. */
async function lastReceived(client: ClientBase, from: string): Promise<string | null> {
  const { rows } = await client.query<{ until: string; isAny: boolean }>(
    `select now()::text as until,
       exists (select from events where received_at >= $1 and received_at <= now()) as "isAny"`,
    [from],
  );
  const [found] = rows;
  return found?.isAny === true ? found.until : null;
}

export async function blocksOf(client: ClientBase, partition: string): Promise<number> {
  const { rows } = await client.query<{ blocks: number }>(
    `select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as blocks`,
    [partition],
  );
  return rows[0]?.blocks ?? 0;
}

/** Of those with events from then on. By the index, which goes from the first block to the last. */
async function firstBlock(client: ClientBase, partition: string, from: string): Promise<number> {
  await client.query('begin');
  await client.query('set local enable_seqscan = off');
  const { rows } = await client.query<{ block: number }>(
    `select (ctid::text::point)[0]::int as block from only ${partition} where received_at >= $1 limit 1`,
    [from],
  );
  await client.query('commit');
  return rows[0]?.block ?? Number.MAX_SAFE_INTEGER;
}

/** A condition for the blocks from `block` on, up to before `end`. */
export const inBlocks = (block: number, end: number): string => `ctid >= '(${block},0)' and ctid < '(${end},0)'`;

/** The leaves of `events` that may hold such. */
async function partitionsFrom(client: ClientBase, from: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relid::regclass::text as name from pg_partition_tree('events')
     where isleaf and (relid::regclass::text = 'events_other' or $1 = '-infinity'
       or relid::regclass::text >= to_char($1::timestamptz at time zone 'UTC', '"events_"YYYY_MM'))
     order by 1`,
    [from],
  );
  return rows.map(({ name }) => name);
}

export interface Part {
  readonly block: number;
  readonly from: string;
  readonly until: string;
  readonly withinMs: number;
  /** Bytes of lines, but for those of one block. */
  readonly most: number;
}

export interface Piece {
  readonly moved: number;
  /** The block after it. */
  readonly next: number;
}

/** Some blocks of a partition. Null where somebody else carries for so long, or events have been brought back meanwhile. */
export async function moveNext(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  partition: string,
  part: Part,
): Promise<Piece | null> {
  const { block, from, until, withinMs } = part;
  await client.query('begin');
  try {
    // Whoever is just carrying has committed when it is ours, so that nothing is on its way unseen.
    await client.query(`set local lock_timeout = ${Math.ceil(withinMs)}`);
    await client.query(`select pg_advisory_xact_lock(${MOVE_LOCK})`);
    if (!isInClickHouse((await standingStore(client)).state)) {
      await client.query('rollback');
      return null;
    }
    const next = await endOf(client, partition, part);
    const { rows } = await client.query<EventLine>(
      `delete from only ${partition} where ${inBlocks(block, next)} and received_at >= $1 and received_at <= $2
       returning ${EVENT_LINE}`,
      [from, until],
    );
    await insertLines(clickhouse, rows, withinMs);
    await client.query('commit');
    return { moved: rows.length, next };
  } catch (error) {
    await client.query('rollback').catch(() => {});
    if (isLockTimeout(error)) return null;
    throw error;
  }
}

/** Before the block with which it would be more than `most`, the first one left aside; reads no further than there. */
async function endOf(client: ClientBase, partition: string, { block, from, until, most }: Part): Promise<number> {
  const { rows } = await client.query<{ block: number }>(
    `select block from (
       select (ctid::text::point)[0]::int as block, sum(${LINE_BYTES}) over (order by ctid rows unbounded preceding) as bytes
       from only ${partition} where ${inBlocks(block, block + BLOCKS)} and received_at >= $1 and received_at <= $2
     ) e where bytes > $3 limit 1`,
    [from, until, most],
  );
  return Math.max(block + 1, rows[0]?.block ?? block + BLOCKS);
}
