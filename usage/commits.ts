/**
 * Whether a transaction is committed whose commit was never answered. Each connection leaves in a row of its own which
 * transaction was its last, and holds a lock until that is over. Postgres' own `pg_xact_status` can't tell: after a crash
 * the number of a transaction that was lost is another's.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';

/** At what became of a commit, while the database comes back: for half a minute. */
const MOST_LOOKS = 600;

/** The outcome of a transaction can't be told. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

export interface Mark {
  readonly connection: string;
  readonly transaction: string;
}

/** Made up by us, so that they can stand in statements as they are. */
export class Commits {
  private readonly connections = new WeakMap<PoolClient, string>();

  /** Of the next transaction on a connection. */
  markFor(client: PoolClient): Mark {
    const connection = this.connections.get(client) ?? String(randomBytes(8).readBigInt64BE());
    this.connections.set(client, connection);
    return { connection, transaction: randomUUID() };
  }
}

/** Statements for the beginning of the transaction. */
export const marking = ({ connection, transaction }: Mark): string => `
  select pg_advisory_xact_lock(${connection});
  insert into usage_commits (connection, transaction, began_at)
    values (${connection}, '${transaction}', clock_timestamp())
    on conflict (connection) do update set transaction = excluded.transaction, began_at = excluded.began_at`;

/** Asked on another connection. Throws `OutcomeUnknown` where the database can't be asked for half a minute. */
export async function isCommitted(pool: Pool, mark: Mark): Promise<boolean> {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    if (looks > 0) await new Promise((passed) => setTimeout(passed, 50));
    const last = await lastOf(pool, mark).catch(() => null);
    if (last !== null) return last === mark.transaction;
  }
  throw new OutcomeUnknown('The database was lost during a commit.');
}

/** Empty: none has been committed. Null: one is still under way. */
async function lastOf(pool: Pool, { connection }: Mark): Promise<string | null> {
  // The second statement sees what was committed before the lock was had.
  const results: unknown = await pool.query(`
    select pg_try_advisory_xact_lock(${connection}) as "isOver";
    select transaction from usage_commits where connection = ${connection}`);
  const [over, last] = results as [{ rows: { isOver: boolean }[] }, { rows: { transaction: string }[] }];
  return over.rows[0]?.isOver ? (last.rows[0]?.transaction ?? '') : null;
}

/** Drops what connections have left that are long gone. `at` is ms since 1970. */
export async function dropOldCommits(client: Pick<PoolClient, 'query'>, at: number): Promise<void> {
  await client.query(`delete from usage_commits where began_at < to_timestamp($1::float8 / 1000) - interval '1 day'`, [
    at,
  ]);
}
