/** Puts events into the database, under the keys that are still free. */
import type { ClientBase } from 'pg';
import type { EventId, OrganizationId } from '../billing/ids.ts';
import { instants, integers, jsons, texts, uuids } from './binary-arrays.ts';
import type { NewEvent } from './new-event.ts';

export interface Given {
  readonly event: NewEvent;
  readonly organizationId: OrganizationId;
  /** Which of them it came in. */
  readonly batch: number;
}

/** The ids under which keys were taken; most often all of them, which then needn't be told one by one. */
export async function insertGiven(
  client: ClientBase,
  given: readonly Given[],
  ids: readonly EventId[],
  at: string,
): Promise<ReadonlySet<string | undefined> | 'all'> {
  const column = <T>(of: (event: NewEvent) => T): T[] => given.map(({ event }) => of(event));
  const organizations = [...new Set(given.map(({ organizationId }) => organizationId))];
  const { rows } = await client.query<{ taken: string[] | null }>({
    name: 'usage-events',
    text: INSERT_EVENTS,
    values: [
      organizations,
      organizations.length === 1
        ? null
        : integers(given.map(({ organizationId }) => organizations.indexOf(organizationId) + 1)),
      uuids(ids),
      uuids(column(({ subject }) => subject)),
      uuids(column(({ customerId }) => customerId)),
      texts(column(({ externalCustomerId }) => externalCustomerId)),
      uuids(column(({ memberId }) => memberId)),
      texts(column(({ externalMemberId }) => externalMemberId)),
      texts(column(({ name }) => name)),
      texts(column(({ source }) => source)),
      instants(column(({ timestamp }) => timestamp)),
      texts(column(({ externalId }) => externalId)),
      uuids(parentsOf(given, ids)),
      jsons(column(({ metadata }) => JSON.stringify(metadata))),
      at,
    ],
  });
  const taken = rows[0]?.taken;
  return taken === null || taken === undefined ? 'all' : new Set(taken);
}

function parentsOf(given: readonly Given[], ids: readonly EventId[]): (EventId | null)[] {
  if (!given.some(({ event }) => event.parentExternalId)) return given.map(({ event }) => event.parentId);
  const keyOf = (organizationId: string, externalId: string | null) => `${organizationId} ${externalId}`;
  const byKey = new Map(given.map(({ event, organizationId }, i) => [keyOf(organizationId, event.externalId), ids[i]]));
  return given.map(({ event: { parentId, parentExternalId }, organizationId }) =>
    parentExternalId ? (byKey.get(keyOf(organizationId, parentExternalId)) ?? null) : parentId,
  );
}

const INSERT_EVENTS = `
  with given as (
    select id, ($1::uuid[])[coalesce(o, 1)] as organization_id, subject, customer_id, external_customer_id, member_id,
      external_member_id, name, source, "timestamp", external_id, parent_id, metadata
    from unnest($2::int[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::text[],
      $10::text[], $11::timestamptz[], $12::text[], $13::uuid[], $14::jsonb[])
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
      source, "timestamp", $15::timestamptz, external_id, parent_id, metadata
    from given left join taken using (id) where external_id is null or taken.id is not null
  )
  select case when count(*) < (select count(external_id) from given) then coalesce(array_agg(id), '{}') end as taken
  from taken`;
