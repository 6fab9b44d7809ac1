/** How events get from Postgres to ClickHouse: each as a line of JSON, made by Postgres and read by ClickHouse. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from './connection.ts';

const COLUMNS = [
  ...['id', 'organization_id', 'subject', 'customer_id', 'external_customer_id', 'member_id', 'external_member_id'],
  ...['name', 'source', 'timestamp', 'received_at', 'external_id', 'parent_id', 'metadata'],
] as const;

const time = (column: string, digits: 'MS' | 'US') =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.${digits}')`;

/** Of a row of `events` in Postgres. */
export const EVENT_LINE = `json_build_array(id, organization_id, subject, customer_id, external_customer_id, member_id,
  external_member_id, name, source, ${time('"timestamp"', 'MS')}, ${time('received_at', 'US')}, external_id, parent_id,
  metadata::text)::text as line`;

export interface EventLine {
  readonly line: string;
}

/** About how long its line is, of a row of `events`; metadata may be stored in far less room than it takes as text. */
export const LINE_BYTES = 'octet_length(metadata::text) + 400';

/** Of lines in one piece: whoever carries them holds so much, and ClickHouse takes it in within a second or so. */
export const MOST_BYTES = 16_000_000;
const CHUNK_LENGTH = 256_000;

/** Fewer of them may go well. */
export class InsertTooSlow extends Error {
  override readonly name = 'InsertTooSlow';
}

/**
 * They are there to stay once it resolves, and may be in part where it fails. Throws `InsertTooSlow` where ClickHouse
 * hasn't taken them in by then.
 */
export async function insertLines(
  clickhouse: ClickHouseClient,
  rows: readonly EventLine[],
  withinMs: number,
): Promise<void> {
  if (rows.length === 0) return;
  const over = AbortSignal.timeout(Math.ceil(withinMs));
  try {
    // Lines that are JSON already: `insert` would make JSON of them once more.
    const { stream } = await clickhouse.exec({
      query: `insert into events (${COLUMNS.join(', ')}) format JSONCompactEachRow`,
      values: Readable.from(chunksOf(rows), { objectMode: false }),
      // Replicated tables leave out what was put in before, though it may have been dropped since. On all versions by a
      // token of its own alone.
      clickhouse_settings: { insert_deduplication_token: randomUUID() },
      abort_signal: over,
    });
    for await (const _ of stream) void _;
  } catch (error) {
    if (!over.aborted) throw error;
    throw new InsertTooSlow(`ClickHouse did not take in ${rows.length} events in time.`, { cause: error });
  }
}

/** All of them in one string could be longer than a string may be. */
function* chunksOf(rows: readonly EventLine[]): Generator<string> {
  let chunk = '';
  for (const { line } of rows) {
    chunk += `${line}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
