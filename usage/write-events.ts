/** Writes batches of events in one transaction: those that are new, and what they add to whose usage. */
import type { ClientBase } from 'pg';
import type { EventId } from '../billing/ids.ts';
import { addToAccounts, type Run } from './add-to-accounts.ts';
import { eventIds } from './event-ids.ts';
import type { KnownMeters } from './known-meters.ts';
import type { EventBatch, WrittenBatch } from './new-event.ts';
import { Tallied } from './tallied.ts';

/** Held shared by whoever writes events; alone by whoever makes a meter, which none of them may then have missed. */
export const USAGE_LOCK = 4_815_162_342;

/** As `batches`, one by one. All of them are written when this returns, and committed by the caller. */
export async function writeEvents(
  client: ClientBase,
  known: KnownMeters,
  batches: readonly EventBatch[],
): Promise<WrittenBatch[]> {
  await client.query(`select pg_advisory_xact_lock_shared(${USAGE_LOCK})`);
  const { rows } = await client.query<{ version: string; at: string; ms: string }>(CLOCK);
  const [clock] = rows;
  if (clock === undefined) throw new Error('The epoch of usage is not in the database.');
  const meters = await known.at(Number(clock.version), client);
  const fresh = await insertEvents(client, batches, clock);
  const tallied = new Tallied();
  const written = batches.map(({ organizationId, events }, b) => {
    const ofOrganization = meters.get(organizationId) ?? [];
    let inserted = 0;
    for (const [e, event] of events.entries()) {
      if (fresh[b]?.[e] !== true) continue;
      inserted += 1;
      tallied.add(event, organizationId, ofOrganization);
    }
    return { inserted, duplicates: events.length - inserted };
  });
  const run: Run = (text, values, name) => client.query({ text, values: [...values], ...(name ? { name } : {}) });
  await addToAccounts(run, tallied, clock.at);
  return written;
}

// Milliseconds for ids, microseconds for the rest.
const CLOCK = {
  name: 'usage-clock',
  text: `select version, at::text, floor(extract(epoch from at) * 1000)::text as ms
    from usage_epoch, clock_timestamp() at`,
};

/** Which of them are new: the first of its external id. */
async function insertEvents(
  client: ClientBase,
  batches: readonly EventBatch[],
  clock: { readonly at: string; readonly ms: string },
): Promise<boolean[][]> {
  const all = batches.flatMap(({ organizationId, events }, o) => events.map((event) => ({ event, organizationId, o })));
  const keys = new Set<string>();
  const isFirst = all.map(({ event, organizationId }) => {
    if (event.externalId === null) return true;
    const key = `${organizationId} ${event.externalId}`;
    return !keys.has(key) && Boolean(keys.add(key));
  });
  const given = all.filter((_, i) => isFirst[i] === true);
  const ids = eventIds(given.length, Number(clock.ms));
  const taken = await insertGiven(
    client,
    given,
    ids,
    batches.map(({ organizationId }) => organizationId),
    clock.at,
  );
  const isNew = isFirst.map((first) => first);
  let g = 0;
  for (const [i, first] of isFirst.entries()) {
    if (!first) continue;
    const id = ids[g];
    isNew[i] = given[g]?.event.externalId === null || taken === 'all' || (id !== undefined && taken.has(id));
    g += 1;
  }
  let start = 0;
  return batches.map(({ events }) => {
    start += events.length;
    return isNew.slice(start - events.length, start);
  });
}

interface Given {
  readonly event: EventBatch['events'][number];
  /** Which of the organizations. */
  readonly o: number;
}

/** The ids under which keys were taken; most often all of them, which then needn't be told one by one. */
async function insertGiven(
  client: ClientBase,
  given: readonly Given[],
  ids: readonly EventId[],
  organizations: readonly string[],
  at: string,
): Promise<ReadonlySet<string> | 'all'> {
  const column = <T>(of: (event: Given['event']) => T): T[] => given.map(({ event }) => of(event));
  const { rows } = await client.query<{ taken: string[] | null }>({
    name: 'usage-events',
    text: INSERT_EVENTS,
    values: [
      organizations,
      given.map(({ o }) => o + 1),
      ids,
      column(({ subject }) => subject),
      column(({ customerId }) => customerId),
      column(({ externalCustomerId }) => externalCustomerId),
      column(({ memberId }) => memberId),
      column(({ externalMemberId }) => externalMemberId),
      column(({ name }) => name),
      column(({ source }) => source),
      column(({ timestamp }) => new Date(timestamp).toISOString()),
      column(({ externalId }) => externalId),
      column(({ parentId }) => parentId),
      column(({ metadata }) => JSON.stringify(metadata)),
      at,
    ],
  });
  const taken = rows[0]?.taken;
  return taken === null || taken === undefined ? 'all' : new Set(taken);
}

const INSERT_EVENTS = `
  with given as (
    select id, ($1::uuid[])[o] as organization_id, subject, customer_id, external_customer_id, member_id,
      external_member_id, name, source, "timestamp", external_id, parent_id, metadata
    from unnest($2::int[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::text[],
      $10::text[], $11::timestamptz[], $12::text[], $13::uuid[], $14::text[])
      as g (o, id, subject, customer_id, external_customer_id, member_id, external_member_id, name, source,
        "timestamp", external_id, parent_id, metadata)
  ), taken as (
    insert into event_keys (organization_id, external_id, id)
    select organization_id, external_id, id from given where external_id is not null
    -- In one order whoever sends them, so that of two who send the same none waits for the other in a circle.
    order by organization_id, external_id
    on conflict do nothing returning id
  ), put as (
    insert into events (id, organization_id, subject, customer_id, external_customer_id, member_id,
      external_member_id, name, source, "timestamp", received_at, external_id, parent_id, metadata)
    select id, organization_id, subject, customer_id, external_customer_id, member_id, external_member_id, name,
      source, "timestamp", $15::timestamptz, external_id, parent_id, metadata::jsonb
    from given left join taken using (id) where external_id is null or taken.id is not null
  )
  select case when count(*) < (select count(external_id) from given) then coalesce(array_agg(id), '{}') end as taken
  from taken`;
