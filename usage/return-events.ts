/**
 * Brings all events back from ClickHouse to Postgres, in the order in which they were received, while more come in and are
 * read in ClickHouse. They come to tables of their own, which become part of `events` with the switch. What comes in goes on
 * being carried to ClickHouse until then, so that all is read in one place, before and after.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { ClickHouseClient } from './clickhouse/connection.ts';
import { countByMonth } from './clickhouse/months.ts';
import { nextReceived, type ReceivedPart, receivedEvents } from './clickhouse/received.ts';
import { isLockTimeout } from './event-partitions.ts';
import { MOVE_LOCK, RETURN_LOCK, standingStore } from './event-store-state.ts';
import { inTransaction } from './in-transaction.ts';
import type { EventMover } from './move-events.ts';
import {
  attachReturned,
  countReturned,
  dropReturned,
  inTheWay,
  makeReturnedMonth,
  prepareReturned,
  putReturned,
  returnedMonths,
} from './returned-months.ts';
import { USAGE_LOCK } from './write-events.ts';

/** Of one transaction. */
const PART = { events: 50_000, bytes: 32_000_000 };
/** What came in within so long is little enough to be brought back while nobody writes. */
const CAUGHT_UP_MS = 10_000;
const CARRY_WITHIN_MS = 30_000;
/** Nobody writes events for so long at most, and for not more events. */
const SWITCH_WITHIN_MS = 5_000;
const SWITCH_EVENTS = 50_000;
const FAR = '2299-01-01 00:00:00.000000';
const FIRST = '1970-01-01 00:00:00.000000';

/** From now on events are brought back, and still read in ClickHouse. Does nothing before Postgres is cleared. */
export async function startReturning(client: ClientBase): Promise<void> {
  await alone(client, async () => {
    const { rowCount } = await client.query(
      `update event_store set state = 'returning', returned = 0, returned_before = null, return_until = null,
         returned_at = null where state = 'clickhouse' and cleared_at is not null`,
    );
    if (rowCount === 1) await dropReturned(client, await returnedMonths(client));
  });
}

/** Before the switch: nothing has changed in ClickHouse. */
export async function callOffReturning(client: ClientBase): Promise<void> {
  await alone(client, async () => {
    const { rowCount } = await client.query(
      `update event_store set state = 'clickhouse', returned = 0, returned_before = null, return_until = null
       where state = 'returning'`,
    );
    if (rowCount === 1) await dropReturned(client, await returnedMonths(client));
  });
}

/** The next part, or a look at what has come in since. Whether what is left has come in within the last moments. */
export async function returnNext(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  mover: EventMover,
): Promise<boolean> {
  const { state, returnedBefore, returnUntil } = await standingStore(client);
  if (state !== 'returning') return true;
  if (returnUntil === null || returnedBefore === returnUntil) return lookAhead(client, mover);
  await alone(client, async () => {
    const standing = await standingStore(client);
    if (standing.state !== 'returning' || standing.returnUntil === null) return;
    const part = await nextReceived(clickhouse, standing.returnedBefore ?? FIRST, standing.returnUntil, PART);
    const returned = part === null ? 0 : await bringBack(client, clickhouse, part);
    await client.query(
      `update event_store set returned_before = $1::timestamp at time zone 'UTC', returned = returned + $2`,
      [part?.until ?? standing.returnUntil, returned],
    );
  });
  return false;
}

/** Whoever had begun to write has finished once the lock was ours, and what they wrote is carried before it is looked for. */
async function lookAhead(client: ClientBase, mover: EventMover): Promise<boolean> {
  const now = await alone(client, async () => {
    await client.query(`set local lock_timeout = '10s'`);
    await client.query(`select pg_advisory_xact_lock(${USAGE_LOCK})`);
    const { rows } = await client.query<{ now: string }>('select clock_timestamp()::text as now');
    return rows[0]?.now;
  });
  const { isComplete } = await mover.move(CARRY_WITHIN_MS);
  if (!isComplete) return false;
  const { rows } = await client.query<{ isCaughtUp: boolean | null }>(
    `update event_store set return_until = greatest(returned_before, $1::timestamptz) where state = 'returning'
     returning return_until - returned_before < $2 * interval '1 ms' as "isCaughtUp"`,
    [now, CAUGHT_UP_MS],
  );
  return rows[0]?.isCaughtUp === true;
}

async function bringBack(
  client: ClientBase,
  clickhouse: ClickHouseClient,
  part: ReceivedPart,
  { butThoseIn, over }: { readonly butThoseIn?: 'events'; readonly over?: AbortSignal } = {},
): Promise<number> {
  await makeReturnedMonth(client, part.month);
  let returned = 0;
  for await (const events of receivedEvents(clickhouse, part, over)) {
    over?.throwIfAborted();
    returned += await putReturned(client, part.month, events, butThoseIn);
  }
  return returned;
}

/**
 * The first month of which Postgres has got another number of events back than ClickHouse has; they are then brought back
 * again from there on. Null: all are there, with their indexes.
 */
export async function checkReturned(client: ClientBase, clickhouse: ClickHouseClient): Promise<string | null> {
  const obstacle = await inTheWay(client);
  if (obstacle !== null) {
    throw new Error(`The table ${obstacle} is in the way of events that come back: give it another name, or drop it.`);
  }
  const { state, returnedBefore } = await standingStore(client);
  if (state !== 'returning' || returnedBefore === null) return null;
  const months = await returnedMonths(client);
  const counts = new Map<string, number>();
  for (const month of months) counts.set(month, await countReturned(client, month));
  const there = [...(await countByMonth(clickhouse, returnedBefore))].sort(([a], [b]) => a - b);
  const other = there.find(([month, n]) => (counts.get(written(month)) ?? 0) !== n);
  if (other === undefined) {
    for (const month of months) await prepareReturned(client, month);
    return null;
  }
  const first = written(other[0]);
  await alone(client, async () => {
    const standing = await standingStore(client);
    // Called off, or begun anew, while it was counted.
    if (standing.state !== 'returning' || standing.returnedBefore !== returnedBefore) return;
    const now = await returnedMonths(client);
    await dropReturned(
      client,
      now.filter((month) => month >= first),
    );
    const before = [...counts].reduce((sum, [month, n]) => (month < first ? sum + n : sum), 0);
    await client.query(
      `update event_store set returned = $1, returned_before = to_timestamp($2, 'YYYY_MM')::timestamp at time zone 'UTC'
       where state = 'returning'`,
      [before, first],
    );
  });
  return first;
}

const written = (month: number): string => `${String(month).slice(0, 4)}_${String(month).slice(4)}`;

/** More than there is time for while nobody writes. */
class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/**
 * Brings back the last of it while nobody writes; from then on events are read in Postgres. False where that would take too
 * long: more is to be brought back first.
 */
export async function switchBack(client: ClientBase, clickhouse: ClickHouseClient): Promise<boolean> {
  try {
    return await alone(client, async () => {
      await client.query(`set local lock_timeout = ${SWITCH_WITHIN_MS}`);
      await client.query(`select pg_advisory_xact_lock(${MOVE_LOCK})`);
      await client.query(`select pg_advisory_xact_lock(${USAGE_LOCK})`);
      const { state, returnedBefore } = await standingStore(client);
      if (state !== 'returning') return state === 'postgres';
      await refuseTooMuch(client, returnedBefore);
      const last = await bringBackLast(client, clickhouse, returnedBefore ?? FIRST);
      for (const month of await returnedMonths(client)) await attachReturned(client, month);
      await client.query(
        `update event_store set state = 'postgres', started_at = null, copied_before = null, copy_until = null, moved = 0,
           finished_at = null, cleared_at = null, returned = returned + $1, returned_before = null, return_until = null,
           returned_at = clock_timestamp()`,
        [last],
      );
      return true;
    });
  } catch (error) {
    if (error instanceof TooMuch) return false;
    if (!isLockTimeout(error)) throw error;
    // Whoever waited behind us goes first.
    await sleep(1_000);
    return false;
  }
}

/** What has landed and is not carried yet stays where it is; nothing of before is among it. */
async function refuseTooMuch(client: ClientBase, returnedBefore: string | null): Promise<void> {
  const { rows } = await client.query<{ isLittle: boolean }>(
    `select (select count(*) from (select from events limit ${SWITCH_EVENTS + 1}) e) <= ${SWITCH_EVENTS} and not exists (
       select from events where received_at < $1::timestamp at time zone 'UTC') as "isLittle"`,
    [returnedBefore],
  );
  if (rows[0]?.isLittle !== true) throw new TooMuch();
}

/** But those that are still in Postgres as well: whoever carried them was interrupted. ClickHouse is waited for no longer. */
async function bringBackLast(client: ClientBase, clickhouse: ClickHouseClient, from: string): Promise<number> {
  const over = AbortSignal.timeout(SWITCH_WITHIN_MS);
  let returned = 0;
  try {
    for (let since = from; ; ) {
      const part = await nextReceived(clickhouse, since, FAR, PART, over);
      if (part === null) return returned;
      returned += await bringBack(client, clickhouse, part, { butThoseIn: 'events', over });
      since = part.until;
    }
  } catch (error) {
    throw over.aborted ? new TooMuch('ClickHouse has not answered in time', { cause: error }) : error;
  }
}

/** In a transaction, as the only one that brings events back. */
async function alone<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  return inTransaction(client, async () => {
    await client.query(`select pg_advisory_xact_lock(${RETURN_LOCK})`);
    return work();
  });
}
