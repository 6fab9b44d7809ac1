/**
 * Puts events into the database, under the keys that are still free. Most often all are, which is known at a glance and
 * makes it cheaper. Keys are taken in the order in which the events are given: in one order whoever sends them, so that of
 * two who send the same none waits for the other in a circle.
 */
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

/**
 * Whether any of their keys is taken. Others may take some until they are written: then `insertNew` fails. Keys of one
 * organization, as they most often are, are found in half the time by a list.
 */
export async function isAnyTaken(client: ClientBase, given: readonly Given[]): Promise<boolean> {
  const named = given.filter(({ event }) => event.externalId !== null);
  if (named.length === 0) return false;
  const organizations = organizationsOf(named);
  const keys = texts(named.map(({ event }) => event.externalId));
  const { rows } = await client.query<{ taken: boolean }>(
    organizations.length === 1
      ? { ...ANY_TAKEN_OF_ONE, values: [organizations[0], keys] }
      : { ...ANY_TAKEN, values: [organizations, ordinals(organizations, named), keys] },
  );
  return rows[0]?.taken === true;
}

/** All of them; throws `unique_violation` where a key is taken. */
export async function insertNew(
  client: ClientBase,
  given: readonly Given[],
  ids: readonly EventId[],
  at: string,
): Promise<void> {
  await client.query({ name: 'usage-new-events', text: INSERT_NEW, values: columnsOf(given, ids, at) });
}

/** The ids under which keys were taken; most often all of them, which then needn't be told one by one. */
export async function insertGiven(
  client: ClientBase,
  given: readonly Given[],
  ids: readonly EventId[],
  at: string,
): Promise<ReadonlySet<string | undefined> | 'all'> {
  if (given.some(({ event }) => event.parentExternalId)) return insertUnderParents(client, given, ids, at);
  const { rows } = await client.query<{ taken: string[] | null }>({
    name: 'usage-events',
    text: INSERT_FREE,
    values: columnsOf(given, ids, at),
  });
  const taken = rows[0]?.taken;
  return taken === null || taken === undefined ? 'all' : new Set(taken);
}

/**
 * Where some name a parent that came with them, which may be there by now under another id: whoever has taken its key has
 * committed once all keys were asked for, and only a statement after that sees under which.
 */
async function insertUnderParents(
  client: ClientBase,
  given: readonly Given[],
  ids: readonly EventId[],
  at: string,
): Promise<ReadonlySet<string | undefined>> {
  const organizations = organizationsOf(given);
  const keys = texts(given.map(({ event }) => event.externalId));
  const taking = [organizations, ordinals(organizations, given), uuids(ids), keys];
  const { rows } = await client.query<{ id: string }>({ name: 'usage-keys', text: TAKE_KEYS, values: taking });
  const taken = new Set<string | undefined>(rows.map(({ id }) => id));
  const free = given.flatMap((each, i) => (each.event.externalId === null || taken.has(ids[i]) ? [i] : []));
  const [put, putIds] = [free.flatMap((i) => given[i] ?? []), free.flatMap((i) => ids[i] ?? [])];
  if (put.length === 0) return taken;
  const values = columnsOf(put, putIds, at, await namedParents(client, put));
  await client.query({ name: 'usage-put-events', text: `${INTO_EVENTS} ${GIVEN}`, values });
  return taken;
}

/** By the keys that they are named by. */
async function namedParents(client: ClientBase, given: readonly Given[]): Promise<ReadonlyMap<string, EventId>> {
  const children = given.filter(({ event }) => event.parentExternalId);
  const organizations = organizationsOf(children);
  const names = texts(children.map(({ event }) => event.parentExternalId ?? null));
  const { rows } = await client.query<{ organizationId: OrganizationId; externalId: string; id: EventId }>({
    ...PARENTS,
    values: [organizations, ordinals(organizations, children), names],
  });
  return new Map(rows.map(({ organizationId, externalId, id }) => [keyOf(organizationId, externalId), id]));
}

const organizationsOf = (given: readonly Given[]): OrganizationId[] => [
  ...new Set(given.map(({ organizationId }) => organizationId)),
];

/** Places among the organizations, from 1; null where there is but one. */
function ordinals(organizations: readonly OrganizationId[], given: readonly Given[]): Buffer | null {
  if (organizations.length === 1) return null;
  const places = new Map(organizations.map((id, i) => [id, i + 1]));
  return integers(given.map(({ organizationId }) => places.get(organizationId) ?? null));
}

/** `parents`: of those that are named; the ones that come with them, if left out. */
function columnsOf(
  given: readonly Given[],
  ids: readonly EventId[],
  at: string,
  parents?: ReadonlyMap<string, EventId>,
): unknown[] {
  const column = <T>(of: (event: NewEvent) => T): T[] => given.map(({ event }) => of(event));
  const organizations = organizationsOf(given);
  return [
    organizations,
    ordinals(organizations, given),
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
    uuids(parentsOf(given, ids, parents)),
    jsons(column(({ metadata }) => JSON.stringify(metadata))),
    at,
  ];
}

function parentsOf(
  given: readonly Given[],
  ids: readonly EventId[],
  parents?: ReadonlyMap<string, EventId>,
): (EventId | null)[] {
  if (!given.some(({ event }) => event.parentExternalId)) return given.map(({ event }) => event.parentId);
  const byKey: ReadonlyMap<string, EventId | undefined> =
    parents ?? new Map(given.map(({ event, organizationId }, i) => [keyOf(organizationId, event.externalId), ids[i]]));
  return given.map(({ event: { parentId, parentExternalId }, organizationId }) =>
    parentExternalId ? (byKey.get(keyOf(organizationId, parentExternalId)) ?? null) : parentId,
  );
}

const keyOf = (organizationId: string, externalId: string | null) => `${organizationId} ${externalId}`;

const ANY_TAKEN_OF_ONE = {
  name: 'usage-any-taken-of-one',
  text: `
    select exists (
      select from event_keys where organization_id = $1::uuid and external_id = any($2::text[])
    ) as taken`,
};

const ANY_TAKEN = {
  name: 'usage-any-taken',
  text: `
    select exists (
      select from unnest($2::int[], $3::text[]) as g (o, external_id)
      join event_keys k on k.organization_id = ($1::uuid[])[o] and k.external_id = g.external_id
    ) as taken`,
};

const TAKE_KEYS = `
  insert into event_keys (organization_id, external_id, id)
  select ($1::uuid[])[coalesce(o, 1)], external_id, id
  from unnest($2::int[], $3::uuid[], $4::text[]) as g (o, id, external_id) where external_id is not null
  on conflict do nothing returning id`;

const PARENTS = {
  name: 'usage-parents',
  text: `
    select k.organization_id as "organizationId", k.external_id as "externalId", k.id
    from unnest($2::int[], $3::text[]) as g (o, external_id)
    join event_keys k on k.organization_id = ($1::uuid[])[coalesce(o, 1)] and k.external_id = g.external_id`,
};

const GIVEN = `
  select id, ($1::uuid[])[coalesce(o, 1)] as organization_id, subject, customer_id, external_customer_id, member_id,
    external_member_id, name, source, "timestamp", $15::timestamptz as received_at, external_id, parent_id, metadata
  from unnest($2::int[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::text[],
    $10::text[], $11::timestamptz[], $12::text[], $13::uuid[], $14::jsonb[])
    as g (o, id, subject, customer_id, external_customer_id, member_id, external_member_id, name, source,
      "timestamp", external_id, parent_id, metadata)`;

const INTO_EVENTS = `
  insert into events (id, organization_id, subject, customer_id, external_customer_id, member_id,
    external_member_id, name, source, "timestamp", received_at, external_id, parent_id, metadata)`;

// Without asking of each key whether it is free, and which of them were, it takes a fifth less.
const INSERT_NEW = `
  with keys as (
    insert into event_keys (organization_id, external_id, id)
    select ($1::uuid[])[coalesce(o, 1)], external_id, id
    from unnest($2::int[], $3::uuid[], $12::text[]) as g (o, id, external_id) where external_id is not null
  )
  ${INTO_EVENTS} ${GIVEN}`;

const INSERT_FREE = `
  with given as (${GIVEN}), taken as (
    insert into event_keys (organization_id, external_id, id)
    select organization_id, external_id, id from given where external_id is not null
    on conflict do nothing returning id
  ), put as (
    ${INTO_EVENTS}
    select given.* from given left join taken using (id) where external_id is null or taken.id is not null
  )
  select case when count(*) < (select count(external_id) from given) then coalesce(array_agg(id), '{}') end as taken
  from taken`;
