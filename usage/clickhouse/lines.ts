/** How events get from Postgres to ClickHouse: each as a line of JSON, made by Postgres and read by ClickHouse. */
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

/** They are there to stay once it resolves, and may be in part where it fails. */
export async function insertLines(
  clickhouse: ClickHouseClient,
  rows: readonly EventLine[],
  withinMs: number,
): Promise<void> {
  if (rows.length === 0) return;
  // Lines that are JSON already: `insert` would make JSON of them once more.
  const { stream } = await clickhouse.exec({
    query: `insert into events (${COLUMNS.join(', ')}) format JSONCompactEachRow`,
    values: Readable.from([rows.map(({ line }) => line).join('\n')], { objectMode: false }),
    abort_signal: AbortSignal.timeout(Math.ceil(withinMs)),
  });
  for await (const _ of stream) void _;
}
