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
import { BY_USAGE, customerMetersPage } from '../meters/customer-meters-page.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';

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
      ['created_at', 'modified_at', 'meter_id', 'meter_name', ...BY_USAGE],
      [{ property: 'modified_at', direction: 'desc' }],
    ),
  }),
  response: paginated(CustomerCustomerMeter),
  async handle({ query, customer, em }) {
    const meters = [
      ...(query.meter_id ? [{ meter: { $in: query.meter_id as MeterId[] } }] : []),
      ...(query.query ? [{ meter: { name: containing(query.query) } }] : []),
    ];
    const { items, total } = await customerMetersPage(em, { $and: [{ customer: customer.id }, ...meters] }, query);
    return page(
      items.map(({ row, usage }) => portalMeterView(row, usage)),
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
