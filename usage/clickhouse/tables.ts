/** The table of events in ClickHouse, made and changed by steps that may be repeated. */
import type { ClickHouseClient } from './connection.ts';

/**
 * As in Postgres; `metadata` is the text of its JSON, a time without a zone is of UTC. A row may come twice, the same each
 * time, until parts are merged: whoever reads counts it once (`final`). ClickHouse orders UUIDs by their second half
 * first: whoever wants the order of Postgres orders by `toString(id)`. What was put in has reached the disk, as it is then
 * taken out of Postgres.
 */
const EVENTS = `
  create table if not exists events (
    id UUID,
    organization_id UUID,
    subject UUID,
    customer_id Nullable(UUID),
    external_customer_id Nullable(String),
    member_id Nullable(UUID),
    external_member_id Nullable(String),
    name LowCardinality(String),
    source LowCardinality(String),
    timestamp DateTime64(3, 'UTC'),
    received_at DateTime64(6, 'UTC'),
    external_id Nullable(String),
    parent_id Nullable(UUID),
    metadata String codec(ZSTD(1)),
    index events_received_at received_at type minmax,
    index events_subject subject type bloom_filter,
    index events_parent_id parent_id type bloom_filter
  )
  engine = ReplacingMergeTree
  partition by toYYYYMM(received_at)
  order by (organization_id, timestamp, id)
  settings fsync_after_insert = 1, fsync_part_directory = 1`;

/** Never changed once they have been released; what is new is another step. */
const STEPS = [EVENTS];

/** Whether they have been made here; false where this is not the ClickHouse that they were made in. */
export async function hasTables(clickhouse: ClickHouseClient): Promise<boolean> {
  const answer = await clickhouse.query({ query: 'exists table schema_steps', format: 'JSONEachRow' });
  const [row] = await answer.json<{ result: number }>();
  return row?.result === 1;
}

/** Several may do so at once: each step does nothing where it has been done. */
export async function makeTables(clickhouse: ClickHouseClient): Promise<void> {
  await clickhouse.command({
    query: `create table if not exists schema_steps (step UInt32, done_at DateTime default now())
      engine = ReplacingMergeTree order by step`,
  });
  const answer = await clickhouse.query({ query: 'select max(step) as done from schema_steps', format: 'JSONEachRow' });
  const [{ done } = { done: 0 }] = await answer.json<{ done: number }>();
  for (const [before, query] of STEPS.entries()) {
    if (before < done) continue;
    await clickhouse.command({ query });
    await clickhouse.insert({ table: 'schema_steps', values: [{ step: before + 1 }], format: 'JSONEachRow' });
  }
}

/** Which of all ClickHouses this is; null where nobody has said so yet. */
export async function idOf(clickhouse: ClickHouseClient): Promise<string | null> {
  const exists = await clickhouse.query({ query: 'exists table event_store_id', format: 'JSONEachRow' });
  const [there] = await exists.json<{ result: number }>();
  if (there?.result !== 1) return null;
  const answer = await clickhouse.query({
    query: 'select toString(id) as id from event_store_id order by made_at limit 1',
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ id: string }>();
  return row?.id ?? null;
}

/** By one at a time. */
export async function writeId(clickhouse: ClickHouseClient, id: string): Promise<void> {
  await clickhouse.command({
    query: `create table if not exists event_store_id (id UUID, made_at DateTime64(6) default now64(6))
      engine = MergeTree order by made_at settings fsync_after_insert = 1, fsync_part_directory = 1`,
  });
  await clickhouse.insert({ table: 'event_store_id', values: [{ id }], format: 'JSONEachRow' });
}

export async function hasEvents(clickhouse: ClickHouseClient): Promise<boolean> {
  const answer = await clickhouse.query({ query: 'select 1 from events limit 1', format: 'JSONEachRow' });
  return (await answer.json()).length > 0;
}
