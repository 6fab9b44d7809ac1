/** Writes batches of events in one transaction: those that are new, and what they add to whose usage. */
import { hash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { EventId } from '../billing/ids.ts';
import { eventIds } from './event-ids.ts';
import type { KnownMeters } from './known-meters.ts';
import type { EventBatch, WrittenBatch } from './new-event.ts';
import { type Addition, type SeenValues, Tallied } from './tallied.ts';

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
  await addToAccounts(client, tallied.additions, clock.at);
  await addValues(client, tallied.seenValues, clock.at);
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

async function addToAccounts(client: ClientBase, additions: readonly Addition[], at: string): Promise<void> {
  if (additions.length === 0) return;
  await client.query({
    name: 'usage-accounts',
    text: ADD_TO_ACCOUNTS,
    values: [
      additions.map(({ subject }) => subject),
      additions.map(({ meterId }) => meterId),
      additions.map(({ organizationId }) => organizationId),
      additions.map(({ tally }) => tally.count),
      additions.map(({ tally }) => tally.sum),
      additions.map(({ tally }) => tally.min),
      additions.map(({ tally }) => tally.max),
      at,
    ],
  });
}

/** What comes after the end of a period that is not closed yet is kept for the next one. */
const ADD_TO_ACCOUNTS = `
  insert into usage_accounts as a (subject, meter_id, organization_id, count, sum, min, max, used_at)
  select subject, meter_id, organization_id, count, sum, min, max, $8::timestamptz
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::numeric[], $6::numeric[], $7::numeric[])
    as g (subject, meter_id, organization_id, count, sum, min, max)
  on conflict (subject, meter_id) do update set
    used_at = excluded.used_at,
    count = case when excluded.used_at < coalesce(a.period_end, 'infinity') then a.count + excluded.count else a.count end,
    sum = case when excluded.used_at < coalesce(a.period_end, 'infinity') then a.sum + excluded.sum else a.sum end,
    min = case when excluded.used_at < coalesce(a.period_end, 'infinity') then least(a.min, excluded.min) else a.min end,
    max = case when excluded.used_at < coalesce(a.period_end, 'infinity') then greatest(a.max, excluded.max) else a.max end,
    next_count = case when excluded.used_at >= a.period_end then a.next_count + excluded.count else a.next_count end,
    next_sum = case when excluded.used_at >= a.period_end then a.next_sum + excluded.sum else a.next_sum end,
    next_min = case when excluded.used_at >= a.period_end then least(a.next_min, excluded.min) else a.next_min end,
    next_max = case when excluded.used_at >= a.period_end then greatest(a.next_max, excluded.max) else a.next_max end`;

/** The accounts are locked first: which period a value is of must not change until it is counted. */
async function addValues(client: ClientBase, seen: readonly SeenValues[], at: string): Promise<void> {
  if (seen.length === 0) return;
  const owners = [
    seen.map(({ subject }) => subject),
    seen.map(({ meterId }) => meterId),
    seen.map(({ organizationId }) => organizationId),
  ];
  await client.query(
    `insert into usage_accounts (subject, meter_id, organization_id)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) on conflict do nothing`,
    owners,
  );
  await client.query(
    `select from usage_accounts where (subject, meter_id) in (select * from unnest($1::uuid[], $2::uuid[]))
     order by subject, meter_id for update`,
    owners.slice(0, 2),
  );
  const values = seen.flatMap(({ subject, meterId, values }) =>
    [...values].map((value) => ({ subject, meterId, value })),
  );
  await client.query(ADD_VALUES, [
    values.map(({ subject }) => subject),
    values.map(({ meterId }) => meterId),
    values.map(({ value }) => hash('md5', value, 'hex')),
    at,
  ]);
}

const ADD_VALUES = `
  with given as (
    select a.subject, a.meter_id, value, a.period_end <= $4::timestamptz as is_next,
      a.generation + case when a.period_end <= $4::timestamptz then 1 else 0 end as generation
    from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as g (subject, meter_id, value)
    join usage_accounts a using (subject, meter_id)
  ), fresh as (
    insert into usage_values (subject, meter_id, generation, value)
    select subject, meter_id, generation, value from given on conflict do nothing
    returning subject, meter_id, generation
  ), counted as (select subject, meter_id, generation, count(*) as more from fresh group by 1, 2, 3)
  update usage_accounts a set
    used_at = $4::timestamptz,
    count = a.count + case when counted.generation = a.generation then more else 0 end,
    next_count = a.next_count + case when counted.generation > a.generation then more else 0 end
  from counted where (a.subject, a.meter_id) = (counted.subject, counted.meter_id)`;
