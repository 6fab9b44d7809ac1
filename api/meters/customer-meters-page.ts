/** A page of customers' meters with what is used of each, in an order that may go by that. */
import type { FilterQuery } from '@mikro-orm/core';
import { balanceOfMeter, UNUSED, type Usage, usageOf } from '../../db/customer-meters.ts';
import { CustomerMeter, type CustomerMeterRow } from '../../db/entities/customer-meter.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Pagination, Sorting } from '../../schemas/pagination.ts';
import { invalid } from '../errors.ts';

/** Usage stands in no column: to be in its order, all that is listed is counted. */
const MOST_BY_USAGE = 20_000;

export const BY_USAGE = ['balance', 'consumed_units', 'credited_units'] as const;

type Direction = 'asc' | 'desc';

const SORTS = {
  created_at: (direction: Direction) => ({ createdAt: direction }),
  modified_at: (direction: Direction) => ({ modifiedAt: direction }),
  customer_id: (direction: Direction) => ({ customer: { id: direction } }),
  customer_name: (direction: Direction) => ({ customer: { name: direction } }),
  meter_id: (direction: Direction) => ({ meter: { id: direction } }),
  meter_name: (direction: Direction) => ({ meter: { name: direction } }),
} as const;

interface Counted {
  readonly row: CustomerMeterRow;
  readonly usage: Usage;
}

type Property = keyof typeof SORTS | (typeof BY_USAGE)[number];

const VALUES: Readonly<Record<Property, (counted: Counted) => string | number | null | undefined>> = {
  created_at: ({ row }) => row.createdAt.getTime(),
  modified_at: ({ row }) => row.modifiedAt?.getTime(),
  customer_id: ({ row }) => row.customer.id,
  customer_name: ({ row }) => row.customer.name,
  meter_id: ({ row }) => row.meter.id,
  meter_name: ({ row }) => row.meter.name,
  balance: ({ usage }) => Number(balanceOfMeter(usage)),
  consumed_units: ({ usage }) => Number(usage.consumed),
  credited_units: ({ usage }) => Number(usage.credited),
};

type Asked = Pagination & { readonly sorting: readonly Sorting<Property>[] };

const isColumn = (sort: Sorting<Property>): sort is Sorting<keyof typeof SORTS> => sort.property in SORTS;

export async function customerMetersPage(
  em: EntityManager,
  where: FilterQuery<CustomerMeterRow>,
  asked: Asked,
): Promise<{ readonly items: Counted[]; readonly total: number }> {
  const [offset, columns] = [(asked.page - 1) * asked.limit, asked.sorting.filter(isColumn)];
  if (columns.length < asked.sorting.length) {
    const all = (await allCounted(em, where)).sort(inOrder(asked.sorting));
    return { items: all.slice(offset, offset + asked.limit), total: all.length };
  }
  const [rows, total] = await em.findAndCount(CustomerMeter, where, {
    populate: ['customer', 'meter'],
    limit: asked.limit,
    offset,
    orderBy: [...columns.map(({ property, direction }) => SORTS[property](direction)), { id: 'asc' }],
  });
  return { items: await counted(em, rows as CustomerMeterRow[]), total };
}

async function allCounted(em: EntityManager, where: FilterQuery<CustomerMeterRow>): Promise<Counted[]> {
  const rows = await em.find(CustomerMeter, where, {
    populate: ['customer', 'meter'],
    limit: MOST_BY_USAGE + 1,
    orderBy: { id: 'asc' },
  });
  if (rows.length > MOST_BY_USAGE) {
    const detail = `Of more than ${MOST_BY_USAGE} the usage isn’t sorted by: name a meter or customers.`;
    throw invalid(['query', 'sorting'], detail);
  }
  return counted(em, rows as CustomerMeterRow[]);
}

async function counted(em: EntityManager, rows: readonly CustomerMeterRow[]): Promise<Counted[]> {
  const usages = await usageOf(em, rows);
  return rows.map((row, i) => ({ row, usage: usages[i] ?? UNUSED }));
}

/** As the database would: what isn't there comes last, and first where the order is turned round. */
function inOrder(sorting: readonly Sorting<Property>[]) {
  return (one: Counted, other: Counted): number => {
    for (const { property, direction } of sorting) {
      const [a, b] = [VALUES[property](one) ?? null, VALUES[property](other) ?? null];
      if (a === b) continue;
      const isAfter = a === null || (b !== null && a > b);
      return isAfter === (direction === 'asc') ? 1 : -1;
    }
    return one.row.id < other.row.id ? -1 : 1;
  };
}
