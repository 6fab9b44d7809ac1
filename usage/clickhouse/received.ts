/** Events of ClickHouse in the order in which they were received, a part at a time. Times are text, UTC, to the µs. */
import { addAbortSignal } from 'node:stream';
import type { ClickHouseClient } from './connection.ts';

/** Of one month (UTC), from `from` on and before `until`. */
export interface ReceivedPart {
  /** As 2026_01. */
  readonly month: string;
  readonly from: string;
  readonly until: string;
}

/** As Postgres takes them, in the order of RECEIVED. */
export type ReceivedEvent = readonly [
  ...[
    id: string,
    organizationId: string,
    subject: string,
    customerId: string | null,
    externalCustomerId: string | null,
  ],
  ...[memberId: string | null, externalMemberId: string | null, name: string, source: string, timestamp: string],
  ...[receivedAt: string, externalId: string | null, parentId: string | null, metadata: string],
];

const RECEIVED = `id, organization_id, subject, customer_id, external_customer_id, member_id, external_member_id, name, source,
  concat(toString(timestamp), '+00'), concat(toString(received_at), '+00'), external_id, parent_id, metadata`;

export interface PartSize {
  readonly events: number;
  /** Of their lines, about. */
  readonly bytes: number;
}

/** The next that are there, no more than fit but for those of one moment. Null: none. Fails where it is `over` before. */
export async function nextReceived(
  clickhouse: ClickHouseClient,
  from: string,
  until: string,
  size: PartSize,
  over?: AbortSignal,
): Promise<ReceivedPart | null> {
  const within = await inMonthOf(clickhouse, from, until, size, over);
  if (within !== null) return within;
  const [found] = await ask<{ n: string; first: string }>(
    clickhouse,
    `select count() as n, toString(min(received_at)) as first from events where ${WITHIN}`,
    { from, until },
    over,
  );
  if (found === undefined || Number(found.n) === 0) return null;
  return inMonthOf(clickhouse, found.first, until, size, over);
}

const WITHIN = `received_at >= {from: DateTime64(6, 'UTC')} and received_at < {until: DateTime64(6, 'UTC')}`;

async function inMonthOf(
  clickhouse: ClickHouseClient,
  from: string,
  until: string,
  { events, bytes }: PartSize,
  over: AbortSignal | undefined,
): Promise<ReceivedPart | null> {
  const [year = 0, month = 0] = from.split('-').map(Number);
  const end = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
  const [found] = await ask<{ n: string; next: string }>(
    clickhouse,
    `select count() as n, toString(addMicroseconds(max(received_at), 1)) as next from (
       select received_at,
         sum(size) over (order by received_at rows between unbounded preceding and 1 preceding) as before
       from (
         select received_at, length(metadata) + 400 as size from events where ${WITHIN}
         order by received_at limit {events: UInt32})
     ) where before < {bytes: UInt64}`,
    { from, until: end < until ? `${end} 00:00:00.000000` : until, events, bytes },
    over,
  );
  if (found === undefined || Number(found.n) === 0) return null;
  return { month: from.slice(0, 7).replace('-', '_'), from, until: found.next };
}

/** Each once, some at a time. */
export async function* receivedEvents(
  clickhouse: ClickHouseClient,
  { from, until }: ReceivedPart,
  over?: AbortSignal,
): AsyncGenerator<ReceivedEvent[]> {
  over?.throwIfAborted();
  const answer = await clickhouse.query({
    query: `select ${RECEIVED} from events final where ${WITHIN} order by received_at`,
    format: 'JSONCompactEachRow',
    query_params: { from, until },
    // What is the same was received at the same time.
    clickhouse_settings: { optimize_move_to_prewhere_if_final: 1, do_not_merge_across_partitions_select_final: 1 },
    ...(over && { abort_signal: over }),
  });
  const rows = answer.stream<ReceivedEvent>();
  // The client itself stops listening once the answer has begun.
  if (over) addAbortSignal(over, rows);
  for await (const some of rows) yield some.map((row) => row.json());
}

/** Those that came twice counted as often, until parts are merged. */
export async function countEvents(clickhouse: ClickHouseClient): Promise<number> {
  const [found] = await ask<{ n: string }>(clickhouse, 'select count() as n from events', {});
  return Number(found?.n ?? 0);
}

async function ask<Row>(
  clickhouse: ClickHouseClient,
  query: string,
  query_params: Record<string, string | number>,
  over?: AbortSignal,
): Promise<Row[]> {
  over?.throwIfAborted();
  const abort = over && { abort_signal: over };
  const answer = await clickhouse.query({ query, query_params, format: 'JSONEachRow', ...abort });
  const stream = answer.stream<Row>();
  if (over) addAbortSignal(over, stream);
  const found: Row[] = [];
  for await (const rows of stream) found.push(...rows.map((row) => row.json()));
  return found;
}
