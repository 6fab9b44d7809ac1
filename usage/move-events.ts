/**
 * Carries to ClickHouse what has landed in Postgres once events are read there. A number of events is taken out of
 * Postgres, put into ClickHouse, and only then is the taking out committed: whatever breaks in between, they are in one of
 * both, or in both, and what is in both is carried once more and counts once.
 */
import { type ClientBase, Pool } from 'pg';
import type { ClickHouseClient } from './clickhouse/connection.ts';
import { EVENT_LINE, type EventLine, insertLines } from './clickhouse/lines.ts';
import { refuseOther } from './event-store-id.ts';
import { MOVE_LOCK, type StandingStore, standingStore } from './event-store-state.ts';

/**
 * Of a table's blocks in one go: they hold some ten thousand events. Gone through from the first to the last one, so that
 * what was taken out before isn't passed again each time.
 */
export const BLOCKS = 400;
/** Of the same: one that carries and one that waits for it, in each process. */
const AT_ONCE = 2;

export interface Moved {
  readonly moved: number;
  /** Whether all is in ClickHouse that was committed when it began; else the time was over. */
  readonly isComplete: boolean;
}

export class EventMover {
  private readonly pool: Pool;
  private readonly clickhouse: ClickHouseClient;

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
      if (standing.state === 'clickhouse') await refuseOther(client, this.clickhouse);
      const { state } = standing;
      const done = state === 'clickhouse' ? await moveAll(client, this.clickhouse, standing, deadline) : NOTHING;
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
}

const NOTHING: Moved = { moved: 0, isComplete: true };

async function moveAll(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  { isCleared, copiedBefore }: StandingStore,
  deadline: number,
): Promise<Moved> {
  // What was there before the last copying ended is in ClickHouse already, and is cleared away later.
  const from = isCleared ? '-infinity' : (copiedBefore ?? '-infinity');
  const { rows } = await client.query<{ until: string; isAny: boolean }>(
    `select now()::text as until,
       exists (select from events where received_at >= $1 and received_at <= now()) as "isAny"`,
    [from],
  );
  const [found] = rows;
  if (found?.isAny !== true) return NOTHING;
  let moved = 0;
  for (const partition of await partitionsFrom(client, from)) {
    const last = await blocksOf(client, partition);
    for (let block = isCleared ? 0 : await firstBlock(client, partition, from); block < last; block += BLOCKS) {
      const left = deadline - performance.now();
      if (left <= 0) return { moved, isComplete: false };
      const part = { block, from, until: found.until, withinMs: left };
      const taken = await moveNext(client, clickhouse, partition, part);
      if (taken === null) return { moved, isComplete: false };
      moved += taken;
    }
  }
  return { moved, isComplete: true };
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

/** A condition for the blocks from `block` on that are gone through in one go. */
export const inBlocks = (block: number): string => `ctid >= '(${block},0)' and ctid < '(${block + BLOCKS},0)'`;

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

interface Part {
  readonly block: number;
  readonly from: string;
  readonly until: string;
  readonly withinMs: number;
}

/** How many, of some blocks of a partition. Null where somebody else carries for so long. */
export async function moveNext(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  partition: string,
  { block, from, until, withinMs }: Part,
): Promise<number | null> {
  await client.query('begin');
  try {
    // Whoever is just carrying has committed when it is ours, so that nothing is on its way unseen.
    await client.query(`set local lock_timeout = ${Math.ceil(withinMs)}`);
    await client.query(`select pg_advisory_xact_lock(${MOVE_LOCK})`);
    const { rows } = await client.query<EventLine>(
      `delete from only ${partition} where ${inBlocks(block)} and received_at >= $1 and received_at <= $2
       returning ${EVENT_LINE}`,
      [from, until],
    );
    await insertLines(clickhouse, rows, withinMs);
    await client.query('commit');
    return rows.length;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    if (isLockTimeout(error)) return null;
    throw error;
  }
}

const isLockTimeout = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '55P03';
