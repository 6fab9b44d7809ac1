/** What customers' balances have become with events that were just taken in: of whom and which meters these are about. */
import type { Aggregation } from '../../billing/aggregations.ts';
import type { Filter } from '../../billing/event-filters.ts';
import type { CustomerId, MeterId, OrganizationId } from '../../billing/ids.ts';
import { balanceOfMeter } from '../../db/customer-meters.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { EventBalance } from '../../schemas/event-input.ts';
import { type Account, unitsUsed } from '../../usage/accounts.ts';
import type { EventBatch } from '../../usage/new-event.ts';
import { type Subject, subjectsOf } from '../../usage/subjects.ts';
import { Tallied } from '../../usage/tallied.ts';

/** Also of events that came in before: who asks again because an answer was lost learns the same. */
export async function balancesAfter(em: EntityManager, batch: EventBatch): Promise<EventBalance[]> {
  const meters = await countingMeters(em, batch.organizationId);
  const counted = await countedBy(em, batch, meters);
  const consumed = await unitsUsed(
    em,
    counted.map(({ account }) => account),
  );
  return counted.map(({ customerId, externalId, account, credited }, i) => {
    const usage = { consumed: consumed[i] ?? '0', credited };
    return {
      customer_id: customerId,
      external_customer_id: externalId,
      meter_id: account.meterId,
      consumed_units: Number(usage.consumed),
      credited_units: Number(credited),
      balance: Number(balanceOfMeter(usage)),
    };
  });
}

interface CountingMeter {
  readonly id: MeterId;
  readonly organizationId: OrganizationId;
  readonly filter: Filter;
  readonly aggregation: Aggregation;
}

async function countingMeters(em: EntityManager, organization: OrganizationId): Promise<Map<MeterId, CountingMeter>> {
  const rows = await em.execute<CountingMeter[]>(
    `select id, organization_id as "organizationId", filter, aggregation from meters
     where organization_id = ? and archived_at is null`,
    [organization],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

interface Counted {
  /** Null: of somebody who isn't a customer yet. */
  readonly customerId: CustomerId | null;
  readonly externalId: string | null;
  readonly account: Account;
  readonly credited: string;
}

/** Once for each customer and meter, whichever of their names the events came in under. */
async function countedBy(
  em: EntityManager,
  { organizationId, events }: EventBatch,
  meters: ReadonlyMap<MeterId, CountingMeter>,
): Promise<Counted[]> {
  const tallied = new Tallied();
  for (const event of events) tallied.add(event, organizationId, [...meters.values()]);
  const pairs = [...tallied.additions, ...tallied.seenValues];
  const names = new Map(events.map(({ subject, externalCustomerId }) => [subject, externalCustomerId]));
  const counted = new Map<string, Counted>();
  for (const { subject, meterId, id, externalId, credited } of await customersOf(em, organizationId, pairs)) {
    const func = meters.get(meterId)?.aggregation.func ?? 'count';
    const subjects = id === null ? [subject] : subjectsOf(organizationId, { id, externalId });
    const name = id === null ? (names.get(subject) ?? null) : externalId;
    counted.set(`${id ?? subject} ${meterId}`, {
      ...{ customerId: id, externalId: name, credited, account: { subjects, meterId, func } },
    });
  }
  return [...counted.values()];
}

interface Owner {
  readonly subject: Subject;
  readonly meterId: MeterId;
  readonly id: CustomerId | null;
  readonly externalId: string | null;
  readonly credited: string;
}

function customersOf(
  em: EntityManager,
  organization: OrganizationId,
  pairs: readonly Pick<Owner, 'subject' | 'meterId'>[],
): Promise<Owner[]> {
  const list = (ids: readonly string[]) => `{${ids.join(',')}}`;
  return em.execute<Owner[]>(
    `select g.subject, g.meter_id as "meterId", c.id, c.external_id as "externalId",
       coalesce(m.credited, 0)::text as credited
     from unnest(?::uuid[], ?::uuid[]) with ordinality as g (subject, meter_id, place)
     left join lateral (
       select id, external_id from customers
       where (id = g.subject or external_subject = g.subject) and organization_id = ?::uuid and deleted_at is null
     ) c on true
     left join customer_meters m on (m.customer_id, m.meter_id) = (c.id, g.meter_id)
     order by g.place`,
    [list(pairs.map(({ subject }) => subject)), list(pairs.map(({ meterId }) => meterId)), organization],
  );
}
