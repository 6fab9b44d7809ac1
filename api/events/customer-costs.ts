/** What customers cost, by what their events say, beside what their orders brought. */
import Big from 'big.js';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import type { EntityManager } from '../../db/orm.ts';
import { embeddedCustomerView } from '../../db/views/customer.ts';
import type { CustomerCost } from '../../schemas/event-statistics.ts';
import type { Pagination } from '../../schemas/pagination.ts';
import type { EventQuery, SubjectSum } from '../../usage/event-store.ts';
import { invalid } from '../errors.ts';
import type { RequestContext } from '../route.ts';

export const SORTED_BY = ['cost_amount', 'revenue_amount', 'profit_amount'] as const;

interface Asked extends Pagination {
  readonly sorting: readonly { readonly property: (typeof SORTED_BY)[number]; readonly direction: 'asc' | 'desc' }[];
}

const MOST_SUBJECTS = 100_000;

interface Counted {
  readonly customerId: CustomerId | null;
  readonly externalCustomerId: string | null;
  events: number;
  cost: Big;
  revenue: number;
}

/** All who cost or brought something in the time of `query`, and a page of them. */
export async function pageOfCosts(
  { em, eventStore }: Pick<RequestContext, 'em' | 'eventStore'>,
  query: EventQuery & { readonly from: Date; readonly before: Date },
  { sorting, page, limit }: Asked,
): Promise<{ items: CustomerCost[]; total: number }> {
  const { organization } = query;
  const [sums, revenues] = await Promise.all([
    eventStore.sumsBySubject(query, '_cost.amount', MOST_SUBJECTS + 1),
    revenuesOf(em, organization, query),
  ]);
  if (sums.length > MOST_SUBJECTS) {
    throw invalid(
      ['query', 'start_timestamp'],
      'That is too much for one answer: ask for less time or for some customers.',
    );
  }
  const all = await together(em, organization, sums, revenues);
  const figured = all.map((counted) => ({
    counted,
    // Made once for each: numbers are near enough to put them in order.
    cost_amount: Number(counted.cost),
    revenue_amount: counted.revenue,
    profit_amount: counted.revenue - Number(counted.cost),
  }));
  figured.sort((a, b) => {
    for (const { property, direction } of sorting) {
      const order = a[property] - b[property];
      if (order !== 0) return direction === 'asc' ? order : -order;
    }
    return nameOf(a.counted) < nameOf(b.counted) ? -1 : 1;
  });
  const shown = figured.slice((page - 1) * limit, page * limit).map(({ counted }) => counted);
  return { items: await views(em, organization, shown), total: all.length };
}

const nameOf = ({ customerId, externalCustomerId }: Counted): string => customerId ?? externalCustomerId ?? '';

interface Revenue {
  readonly id: CustomerId;
  readonly revenue: number;
}

async function revenuesOf(
  em: EntityManager,
  organization: OrganizationId,
  { from, before, subjects }: { readonly from: Date; readonly before: Date } & Pick<EventQuery, 'subjects'>,
): Promise<Revenue[]> {
  const those = subjects === undefined ? '' : 'and (c.id = any(?::uuid[]) or c.external_subject = any(?::uuid[]))';
  const named = `{${(subjects ?? []).join(',')}}`;
  return em.execute(
    `select o.customer_id as id, sum(o.net_amount - o.refunded_amount)::float8 as revenue
     from orders o join customers c on c.id = o.customer_id
     where o.organization_id = ? and o.currency = 'usd' and o.paid_at >= ?::timestamptz and o.paid_at < ?::timestamptz
       ${those} group by o.customer_id`,
    [organization, from.toISOString(), before.toISOString(), ...(subjects === undefined ? [] : [named, named])],
  );
}

/** A customer may stand under two subjects: our id, and what the merchant calls them. */
async function together(
  em: EntityManager,
  organization: OrganizationId,
  sums: readonly SubjectSum[],
  revenues: readonly Revenue[],
): Promise<Counted[]> {
  const subjects = `{${sums.map(({ subject }) => subject).join(',')}}`;
  const known: { id: CustomerId; subject: string }[] = await em.execute(
    `select c.id, s.subject from unnest(?::uuid[]) s (subject)
     join customers c on c.organization_id = ? and (c.id = s.subject or (c.external_subject = s.subject and c.deleted_at is null))`,
    [subjects, organization],
  );
  const customers = new Map(known.map(({ id, subject }) => [subject, id]));
  const counted = new Map<string, Counted>();
  const of = (key: string, customerId: CustomerId | null, externalCustomerId: string | null): Counted => {
    const found = counted.get(key) ?? { customerId, externalCustomerId, events: 0, cost: new Big(0), revenue: 0 };
    counted.set(key, found);
    return found;
  };
  for (const { subject, externalCustomerId, count, sum } of sums) {
    const customer = customers.get(subject);
    const one = of(customer ?? subject, customer ?? null, externalCustomerId);
    one.events += count;
    one.cost = one.cost.plus(sum);
  }
  for (const { id, revenue } of revenues) of(id, id, null).revenue = revenue;
  return [...counted.values()];
}

async function views(
  em: EntityManager,
  organization: OrganizationId,
  shown: readonly Counted[],
): Promise<CustomerCost[]> {
  const ids = shown.flatMap(({ customerId }) => customerId ?? []);
  const rows = await em.find(Customer, { organization, id: { $in: ids } });
  const customers = new Map(rows.map((row) => [row.id, row as CustomerRow]));
  return shown.map(({ customerId, externalCustomerId, events, cost, revenue }) => {
    const customer = customerId === null ? undefined : customers.get(customerId);
    return {
      ...{ customer_id: customerId, external_customer_id: customer?.externalId ?? externalCustomerId },
      customer: customer ? embeddedCustomerView(customer) : null,
      ...{ events, cost_amount: cost.toFixed(), revenue_amount: revenue },
      profit_amount: new Big(revenue).minus(cost).toFixed(),
      currency: 'usd',
    };
  });
}
