/** Writes batches of events in one transaction: those that are new, and what they add to whose usage. */
import type { ClientBase } from 'pg';
import type { OrganizationId } from '../billing/ids.ts';
import { addToAccounts, type Run } from './add-to-accounts.ts';
import { type Mark, marking } from './commits.ts';
import { eventIds } from './event-ids.ts';
import { type Given, insertGiven, insertNew } from './insert-events.ts';
import type { KnownMeters } from './known-meters.ts';
import type { EventBatch, WrittenBatch } from './new-event.ts';
import { Tallied } from './tallied.ts';

/** Held shared by whoever writes events; alone by whoever makes a meter, which none of them may then have missed. */
export const USAGE_LOCK = 4_815_162_342;

/** What a transaction that writes events has found as it began. */
export interface Opening {
  /** Of the meters, which can't change before it ends. */
  readonly version: string;
  /** When all of its events are received, to the microsecond; in ms, for their ids. */
  readonly at: string;
  readonly ms: string;
}

/** In one call, since each takes about as long as writing twenty events. */
export async function openTransaction(client: ClientBase, mark: Mark): Promise<Opening> {
  const { rows } = await client.query<Opening>(opening(mark)).then(last);
  const [found] = rows;
  if (found === undefined) throw new Error('The epoch of usage is not in the database.');
  return found;
}

// The last statement sees what was committed before the lock was had. There are few kinds of statements, which are not
// planned anew each time.
const opening = (mark: Mark): string => `
  begin;
  set local plan_cache_mode = force_generic_plan;
  ${marking(mark)};
  select pg_advisory_xact_lock_shared(${USAGE_LOCK});
  select version, at::text, floor(extract(epoch from at) * 1000)::text as ms
  from usage_epoch, clock_timestamp() at`;

/** Of a query of several statements. */
const last = <T>(results: T | T[]): T => (Array.isArray(results) ? (results.at(-1) as T) : results);

/** Found before anything is written, and sent with what opens the transaction. */
export interface Found {
  readonly opening: Opening;
  /** None of the keys was taken. */
  readonly isNew: boolean;
}

/** As `batches`, one by one. All of them are written and counted when this returns, and committed by the caller. */
export async function writeEvents(
  client: ClientBase,
  known: KnownMeters,
  batches: readonly EventBatch[],
  given: readonly Given[],
  { opening, isNew }: Found,
): Promise<WrittenBatch[]> {
  const meters = await known.at(Number(opening.version), client);
  const ids = eventIds(given.length, Number(opening.ms));
  // On their way while they are counted here.
  const inserting = isNew ? insertNew(client, given, ids, opening.at) : null;
  const taken = inserting === null ? await insertGiven(client, given, ids, opening.at) : 'all';
  const inserted = batches.map(() => 0);
  const tallied = new Tallied();
  for (const [i, { event, organizationId, batch }] of given.entries()) {
    if (taken !== 'all' && event.externalId !== null && !taken.has(ids[i])) continue;
    inserted[batch] = (inserted[batch] ?? 0) + 1;
    tallied.add(event, organizationId, meters.get(organizationId) ?? []);
  }
  const run: Run = (text, values, name) => client.query({ text, values: [...values], ...(name ? { name } : {}) });
  await Promise.all([inserting, addToAccounts(run, tallied, opening.at)]);
  return batches.map(({ events }, b) => ({
    inserted: inserted[b] ?? 0,
    duplicates: events.length - (inserted[b] ?? 0),
  }));
}

/** In the order in which their keys are taken. */
export function firstOfEachKey(batches: readonly EventBatch[]): Given[] {
  const keys = new Map<OrganizationId, Set<string>>();
  const given: Given[] = [];
  for (const [batch, { organizationId, events }] of batches.entries()) {
    const taken = keys.get(organizationId) ?? new Set();
    keys.set(organizationId, taken);
    for (const event of events) {
      if (event.externalId !== null && taken.has(event.externalId)) continue;
      if (event.externalId !== null) taken.add(event.externalId);
      given.push({ event, organizationId, batch });
    }
  }
  return given.sort(byKey);
}

function byKey(a: Given, b: Given): number {
  if (a.organizationId !== b.organizationId) return a.organizationId < b.organizationId ? -1 : 1;
  const [one, other] = [a.event.externalId ?? '', b.event.externalId ?? ''];
  return one === other ? 0 : one < other ? -1 : 1;
}
