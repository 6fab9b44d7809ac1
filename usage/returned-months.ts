/**
 * The tables that events come back to from ClickHouse, one for each month by when they were received (UTC). They are no part
 * of `events` before the switch, so that what comes in meanwhile goes its usual way.
 */
import type { ClientBase } from 'pg';
import { jsons, texts, uuids } from './binary-arrays.ts';
import type { ReceivedEvent } from './clickhouse/received.ts';

/** As 2026_01. */
type Month = string;

const PREFIX = 'events_back_';
const nameOf = (month: Month): string => `${PREFIX}${month}`;

/** The months that there is one of, the oldest first. */
export async function returnedMonths(client: ClientBase): Promise<Month[]> {
  const { rows } = await client.query<{ month: Month }>(
    `select right(relname, 7) as month from pg_class
     where relkind = 'r' and relname ~ '^${PREFIX}[0-9]{4}_[0-9]{2}$' and pg_table_is_visible(oid) order by 1`,
  );
  return rows.map(({ month }) => month);
}

/** Without indexes: made once it is full, they cost far less. The check spares looking at all of it at the switch. */
export async function makeReturnedMonth(client: ClientBase, month: Month): Promise<void> {
  const { from, to } = boundsOf(month);
  await client.query(
    `create table if not exists ${nameOf(month)} (like events including defaults including storage,
       constraint within_month check (received_at >= '${from}' and received_at < '${to}'))
     with (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_vacuum_insert_threshold = 100000)`,
  );
}

function boundsOf(month: Month): { readonly from: string; readonly to: string } {
  const [year = 0, number = 0] = month.split('_').map(Number);
  const first = (m: number) => new Date(Date.UTC(year, m, 1)).toISOString();
  return { from: first(number - 1), to: first(number) };
}

/** `butThoseIn`: a table whose events are left out. Answers with how many were put. */
export async function putReturned(
  client: ClientBase,
  month: Month,
  events: readonly ReceivedEvent[],
  butThoseIn?: 'events',
): Promise<number> {
  const column = <I extends keyof ReceivedEvent>(i: I): ReceivedEvent[I][] => events.map((event) => event[i]);
  const { rowCount } = await client.query(
    `insert into ${nameOf(month)} (id, organization_id, subject, customer_id, external_customer_id, member_id,
       external_member_id, name, source, "timestamp", received_at, external_id, parent_id, metadata)
     select id, organization_id, subject, customer_id, external_customer_id, member_id, external_member_id, name, source,
       "timestamp"::timestamptz, received_at::timestamptz, external_id, parent_id, metadata
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::text[], $12::text[], $13::uuid[], $14::jsonb[])
       as g (id, organization_id, subject, customer_id, external_customer_id, member_id, external_member_id, name, source,
         "timestamp", received_at, external_id, parent_id, metadata)
     ${butThoseIn === undefined ? '' : `where not exists (select from ${butThoseIn} e where e.id = g.id)`}`,
    [
      ...[uuids(column(0)), uuids(column(1)), uuids(column(2)), uuids(column(3)), texts(column(4)), uuids(column(5))],
      ...[texts(column(6)), texts(column(7)), texts(column(8)), texts(column(9)), texts(column(10)), texts(column(11))],
      ...[uuids(column(12)), jsons(column(13))],
    ],
  );
  return rowCount ?? 0;
}

export async function countReturned(client: ClientBase, month: Month): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`select count(*)::float8 as n from ${nameOf(month)}`);
  return rows[0]?.n ?? 0;
}

/** The indexes of `events`, where it has none yet, and what the database knows of a table. Outside a transaction. */
export async function prepareReturned(client: ClientBase, month: Month): Promise<void> {
  const name = nameOf(month);
  const { rows } = await client.query<{ definition: string; isThere: boolean }>(
    `select pg_get_indexdef(i.indexrelid) as definition, exists (
         select from pg_index own where own.indrelid = $1::regclass and own.indkey::text = i.indkey::text
       ) as "isThere"
     from pg_index i where i.indrelid = 'events'::regclass order by i.indexrelid`,
    [name],
  );
  for (const { definition, isThere } of rows) {
    if (!isThere) await client.query(definition.replace(/^CREATE INDEX \S+ ON (ONLY )?\S+/, `create index on ${name}`));
  }
  await client.query(`vacuum (analyze) ${name}`);
}

export async function dropReturned(client: ClientBase, months: readonly Month[]): Promise<void> {
  for (const month of months) await client.query(`drop table if exists ${nameOf(month)}`);
}

/**
 * It is part of `events` from now on, with what has landed in that month since. While nobody writes events, in a
 * transaction.
 */
export async function attachReturned(client: ClientBase, month: Month): Promise<void> {
  const back = nameOf(month);
  const name = `events_${month}`;
  const { from, to } = boundsOf(month);
  if (await isPartOfEvents(client, name)) {
    await client.query(`alter table events detach partition ${name}`);
    await client.query(`insert into ${back} select * from ${name}`);
    await client.query(`drop table ${name}`);
  }
  await client.query(
    `with landed as (delete from events_other where received_at >= '${from}' and received_at < '${to}' returning *)
     insert into ${back} select * from landed`,
  );
  await client.query(`alter table ${back} rename to ${name}`);
  await client.query(`alter table events attach partition ${name} for values from ('${from}') to ('${to}')`);
  await client.query(`alter table ${name} drop constraint within_month`);
}

async function isPartOfEvents(client: ClientBase, name: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_partition_tree('events') where relid = to_regclass($1) and isleaf`,
    [name],
  );
  return rows.length > 0;
}

/** A table that has the name of a month without being one of `events`, such as one put away before. Null: none. */
export async function inTheWay(client: ClientBase): Promise<string | null> {
  for (const month of await returnedMonths(client)) {
    const name = `events_${month}`;
    const { rows } = await client.query<{ isThere: boolean }>('select to_regclass($1) is not null as "isThere"', [
      name,
    ]);
    if (rows[0]?.isThere === true && !(await isPartOfEvents(client, name))) return name;
  }
  return null;
}
