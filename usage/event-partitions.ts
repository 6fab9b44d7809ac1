/**
 * The events of a month, by when they were received, are a table of their own. It is made ahead of its month; what came
 * in for a month without one is kept apart, and moved once there is one.
 */
import type { ClientBase } from 'pg';
import { inTransaction } from './in-transaction.ts';
import { USAGE_LOCK } from './write-events.ts';

/** The running month and those after it. */
const AHEAD = 3;
/** No event comes in while it is waited for that nobody reads them. */
const DROP_WITHIN_MS = 1_500;

/** The names of those that were missing. `at` is ms since 1970. */
export async function makePartitions(client: ClientBase, at: number): Promise<string[]> {
  const made: string[] = [];
  for (const month of [...(await monthsWithout(client)), ...monthsFrom(at, AHEAD)]) {
    if (await exists(client, nameOf(month))) continue;
    if (await inTransaction(client, () => makePartition(client, month))) made.push(nameOf(month));
  }
  return made;
}

/**
 * Those of months that ended more than `keepMonths` months before the running one are tables by themselves afterwards,
 * no longer part of `events`: for the operator to keep elsewhere, or to drop. Answers with their names.
 */
export async function detachPartitions(client: ClientBase, at: number, keepMonths: number): Promise<string[]> {
  const [oldest] = monthsFrom(at, 1, -keepMonths);
  const old = (await monthly(client)).filter((name) => oldest !== undefined && name < nameOf(oldest));
  for (const name of old) {
    await inTransaction(client, async () => {
      // Readers of all events wait for it: it is not waited for long.
      await client.query(`set local lock_timeout = '10s'`);
      await client.query(`alter table events detach partition ${name}`);
      return true;
    });
  }
  return old;
}

/** Those of months that have ended, once what was in them has been carried elsewhere. Answers with their names. */
export async function dropEmptyPartitions(client: ClientBase, at: number): Promise<string[]> {
  const [running] = monthsFrom(at, 1);
  const dropped: string[] = [];
  for (const name of await monthly(client)) {
    if (running === undefined || name >= nameOf(running)) continue;
    const isDropped = await dropPartition(client, name, async () => {
      const { rows } = await client.query<{ isAny: boolean }>(`select exists (select from ${name}) as "isAny"`);
      return rows[0]?.isAny === false;
    });
    if (isDropped) dropped.push(name);
  }
  return dropped;
}

/** While nobody writes events, and only if `mayGo` says so then. False also where they are being read: later, then. */
export async function dropPartition(client: ClientBase, name: string, mayGo: () => Promise<boolean>): Promise<boolean> {
  try {
    return await inTransaction(client, async () => {
      await client.query(`set local lock_timeout = ${DROP_WITHIN_MS}`);
      await client.query(`select pg_advisory_xact_lock(${USAGE_LOCK})`);
      if (!(await mayGo())) return false;
      await client.query(`drop table ${name}`);
      return true;
    });
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

export const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';

/** The names of the tables of months, the oldest first. */
export async function monthly(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relid::text as name from pg_partition_tree('events') where isleaf and relid::text ~ '^events_[0-9]{4}_[0-9]{2}$'
     order by 1`,
  );
  return rows.map(({ name }) => name);
}

interface Month {
  readonly start: Date;
  readonly end: Date;
}

/** UTC. */
function monthsFrom(at: number, count: number, from = 0): Month[] {
  const date = new Date(at);
  const month = (i: number) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + from + i, 1));
  return Array.from({ length: count }, (_, i) => ({ start: month(i), end: month(i + 1) }));
}

const nameOf = ({ start }: Month): string => `events_${start.toISOString().slice(0, 7).replace('-', '_')}`;

/** Of which there are events. */
async function monthsWithout(client: ClientBase): Promise<Month[]> {
  const { rows } = await client.query<{ month: string }>(
    `select distinct (extract(epoch from date_trunc('month', received_at, 'UTC')) * 1000)::bigint as month
     from events_other order by 1`,
  );
  return rows.flatMap(({ month }) => monthsFrom(Number(month), 1));
}

async function exists(client: ClientBase, name: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('select to_regclass($1) is not null as found', [name]);
  return rows[0]?.found === true;
}

/** While nobody writes events: whoever does finds their place before, and would lose it. */
async function makePartition(client: ClientBase, month: Month): Promise<boolean> {
  await client.query(`select pg_advisory_xact_lock(${USAGE_LOCK})`);
  const name = nameOf(month);
  if (await exists(client, name)) return false;
  const [from, to] = [month.start.toISOString(), month.end.toISOString()];
  // Events are only added: what there is of them is summed up for the index by time as soon as it is worth it.
  await client.query(
    `create table ${name} (like events including defaults including storage)
     with (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_vacuum_insert_threshold = 100000)`,
  );
  await client.query(
    `with moved as (delete from events_other where received_at >= '${from}' and received_at < '${to}' returning *)
     insert into ${name} select * from moved`,
  );
  await client.query(`alter table events attach partition ${name} for values from ('${from}') to ('${to}')`);
  return true;
}
