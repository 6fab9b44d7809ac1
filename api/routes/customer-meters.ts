/** What customers have used of meters and to their credit, right at once after an event was taken in. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CustomerId, MeterId } from '../../billing/ids.ts';
import { usageOf } from '../../db/customer-meters.ts';
import { CustomerMeter, type CustomerMeterRow } from '../../db/entities/customer-meter.ts';
import { customerMeterView } from '../../db/views/customer-meter.ts';
import { CustomerMeter as CustomerMeterSchema } from '../../schemas/customer-meter.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { notFound } from '../errors.ts';
import { BY_USAGE, customerMetersPage } from '../meters/customer-meters-page.ts';
import { within } from '../organizations/named.ts';
import { route } from '../route.ts';

const tag = 'Customer meters';

export const listCustomerMeters = route({
  method: 'get',
  path: '/v1/customer-meters/',
  summary: 'List customer meters',
  description:
    'By `balance`, `consumed_units` or `credited_units`, at most 20,000 are sorted: name a meter or customers.',
  tag,
  scopes: ['customer_meters:read'],
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    customer_id: oneOrMany(z.uuid()),
    external_customer_id: oneOrMany(z.string().max(256)),
    meter_id: oneOrMany(z.uuid()),
    sorting: sorting(
      ['created_at', 'modified_at', 'customer_id', 'customer_name', 'meter_id', 'meter_name', ...BY_USAGE],
      [{ property: 'modified_at', direction: 'desc' }],
    ),
  }),
  response: paginated(CustomerMeterSchema),
  async handle({ query, organization, em }) {
    const and: FilterQuery<CustomerMeterRow>[] = [
      { meter: within(organization, query.organization_id), customer: { deletedAt: null } },
    ];
    if (query.customer_id) and.push({ customer: { $in: query.customer_id as CustomerId[] } });
    if (query.external_customer_id) and.push({ customer: { externalId: { $in: query.external_customer_id } } });
    if (query.meter_id) and.push({ meter: { $in: query.meter_id as MeterId[] } });
    const { items, total } = await customerMetersPage(em, { $and: and }, query);
    return page(
      items.map(({ row, usage }) => customerMeterView(row, usage)),
      total,
      query,
    );
  },
});

export const getCustomerMeter = route({
  method: 'get',
  path: '/v1/customer-meters/{id}',
  summary: 'Get a customer meter',
  tag,
  scopes: ['customer_meters:read'],
  params: z.object({ id: z.uuid() }),
  response: CustomerMeterSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    const wanted = { id: params.id, meter: { organization }, customer: { deletedAt: null } };
    const row = await em.findOne(CustomerMeter, wanted, { populate: ['customer', 'meter'] });
    if (row === null) throw notFound();
    const [usage] = await usageOf(em, [row as CustomerMeterRow]);
    if (usage === undefined) throw notFound();
    return customerMeterView(row as CustomerMeterRow, usage);
  },
});

export const customerMeterRoutes = [listCustomerMeters, getCustomerMeter];
