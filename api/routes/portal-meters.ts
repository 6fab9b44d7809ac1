/** What customers have used, and to their credit, in their portal. */
import { z } from 'zod';
import type { MeterId } from '../../billing/ids.ts';
import { usageOf } from '../../db/customer-meters.ts';
import { CustomerMeter, type CustomerMeterRow } from '../../db/entities/customer-meter.ts';
import { containing } from '../../db/search.ts';
import { portalMeterView } from '../../db/views/customer-meter.ts';
import { CustomerCustomerMeter } from '../../schemas/customer-meter.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';

type Direction = 'asc' | 'desc';

const SORTS = {
  created_at: (direction: Direction) => ({ createdAt: direction }),
  modified_at: (direction: Direction) => ({ modifiedAt: direction }),
  meter_id: (direction: Direction) => ({ meter: { id: direction } }),
  meter_name: (direction: Direction) => ({ meter: { name: direction } }),
} as const;

export const listMyMeters = route({
  method: 'get',
  path: '/v1/customer-portal/meters/',
  summary: 'List meters',
  tag,
  auth: 'customer',
  query: Pagination.extend({
    meter_id: oneOrMany(z.uuid()),
    query: z.string().max(200).optional(),
    sorting: sorting(
      ['created_at', 'modified_at', 'meter_id', 'meter_name'],
      [{ property: 'modified_at', direction: 'desc' }],
    ),
  }),
  response: paginated(CustomerCustomerMeter),
  async handle({ query, customer, em }) {
    const meters = [
      ...(query.meter_id ? [{ meter: { $in: query.meter_id as MeterId[] } }] : []),
      ...(query.query ? [{ meter: { name: containing(query.query) } }] : []),
    ];
    const [found, total] = await em.findAndCount(
      CustomerMeter,
      { $and: [{ customer: customer.id }, ...meters] },
      {
        populate: ['customer', 'meter'],
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [...query.sorting.map(({ property, direction }) => SORTS[property](direction)), { id: 'asc' }],
      },
    );
    const rows = found as CustomerMeterRow[];
    const usages = await usageOf(em, rows);
    return page(
      rows.flatMap((row, i) => (usages[i] === undefined ? [] : portalMeterView(row, usages[i]))),
      total,
      query,
    );
  },
});

export const getMyMeter = route({
  method: 'get',
  path: '/v1/customer-portal/meters/{id}',
  summary: 'Get a meter',
  tag,
  auth: 'customer',
  params: z.object({ id: z.uuid() }),
  response: CustomerCustomerMeter,
  errors: [404],
  async handle({ params, customer, em }) {
    const wanted = { id: params.id, customer: customer.id };
    const row = await em.findOne(CustomerMeter, wanted, { populate: ['customer', 'meter'] });
    if (row === null) throw notFound();
    const [usage] = await usageOf(em, [row as CustomerMeterRow]);
    if (usage === undefined) throw notFound();
    return portalMeterView(row as CustomerMeterRow, usage);
  },
});

export const portalMeterRoutes = [listMyMeters, getMyMeter];
