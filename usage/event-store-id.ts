/**
 * Which ClickHouse the events of this database are in: both hold the same id. So that whoever is told of another one, which
 * may have the very same tables, neither reads there nor takes events out of Postgres and puts them there.
 */
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { ClickHouseClient } from './clickhouse/connection.ts';
import { hasEvents, idOf, writeId } from './clickhouse/tables.ts';
import { type EventStoreState, MOVE_LOCK } from './event-store-state.ts';
import { inTransaction } from './in-transaction.ts';

export class OtherClickHouse extends Error {
  override readonly name = 'OtherClickHouse';
}

interface Named {
  readonly state: EventStoreState;
  /** Null: not moved, or begun to be moved, before there were such ids. */
  readonly id: string | null;
}

/** Asked once for each connection. */
const known = new WeakSet<ClickHouseClient>();

/** Throws where events are in another ClickHouse, or on their way to it. */
export async function refuseOther(client: ClientBase, clickhouse: ClickHouseClient): Promise<void> {
  if (known.has(clickhouse)) return;
  const { id } = await named(client);
  if (id === null) return;
  if ((await idOf(clickhouse)) !== id) throw another();
  known.add(clickhouse);
}

/**
 * Before anything is moved there, and wherever the moving is gone on with. Throws where it is another one, or one that holds
 * the events of another database. Whatever breaks in between, the same may be done again.
 */
export async function claim(client: ClientBase, clickhouse: ClickHouseClient): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`select pg_advisory_xact_lock(${MOVE_LOCK})`);
    const { state, id } = await named(client);
    const there = await idOf(clickhouse);
    if (state !== 'postgres' && id !== null && there !== id) throw another();
    if (state === 'postgres' && there !== null && there !== id && (await hasEvents(clickhouse))) {
      throw new OtherClickHouse('CLICKHOUSE_URL names a database with events of another one: name an empty database.');
    }
    const agreed = there ?? randomUUID();
    if (there === null) await writeId(clickhouse, agreed);
    await client.query('update event_store set clickhouse_id = $1', [agreed]);
  });
}

async function named(client: ClientBase): Promise<Named> {
  const { rows } = await client.query<Named>('select state, clickhouse_id as id from event_store');
  const [row] = rows;
  if (row === undefined) throw new Error('The row of the event store is not in the database.');
  return row;
}

const another = () =>
  new OtherClickHouse('CLICKHOUSE_URL names another database than the one that events were moved to.');
