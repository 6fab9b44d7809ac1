/** Attempts to take money, read only: they are made by processes. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CheckoutId, CustomerId, OrderId, OrganizationId, PaymentId } from '../../billing/ids.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import { paymentView } from '../../db/views/payment.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { Payment as PaymentSchema, PaymentStatus } from '../../schemas/payment.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { notFound } from '../errors.ts';
import { within } from '../organizations/named.ts';
import { route } from '../route.ts';

const tag = 'Payments';

const filters = z.object({
  organization_id: oneOrMany(z.uuid()),
  checkout_id: oneOrMany(z.uuid()),
  order_id: oneOrMany(z.uuid()),
  customer_id: oneOrMany(z.uuid()),
  status: oneOrMany(PaymentStatus),
  method: oneOrMany(z.string().max(64)),
  customer_email: oneOrMany(z.string().max(254)),
});

const COLUMNS = { created_at: 'createdAt', status: 'status', amount: 'amount', method: 'methodType' } as const;

export const listPayments = route({
  method: 'get',
  path: '/v1/payments/',
  summary: 'List payments',
  tag,
  scopes: ['payments:read'],
  query: Pagination.extend(filters.shape).extend({
    sorting: sorting(['created_at', 'status', 'amount', 'method'], [{ property: 'created_at', direction: 'desc' }]),
  }),
  response: paginated(PaymentSchema),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(Payment, matching(organization, query), {
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...query.sorting.map(({ property, direction }) => ({ [COLUMNS[property]]: direction })), { id: 'asc' }],
    });
    return page(rows.map(paymentView), total, query);
  },
});

export const getPayment = route({
  method: 'get',
  path: '/v1/payments/{id}',
  summary: 'Get a payment',
  tag,
  scopes: ['payments:read'],
  params: z.object({ id: z.uuid() }),
  response: PaymentSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    const row = await em.findOne(Payment, { id: params.id as PaymentId, organization });
    if (row === null) throw notFound();
    return paymentView(row);
  },
});

export const paymentRoutes = [listPayments, getPayment];

function matching(organization: OrganizationId, query: z.output<typeof filters>): FilterQuery<PaymentRow> {
  const and: FilterQuery<PaymentRow>[] = [within(organization, query.organization_id)];
  if (query.checkout_id) and.push({ checkout: { $in: query.checkout_id as CheckoutId[] } });
  if (query.order_id) and.push({ order: { $in: query.order_id as OrderId[] } });
  if (query.customer_id) and.push({ customer: { $in: query.customer_id as CustomerId[] } });
  if (query.status) and.push({ status: { $in: query.status } });
  if (query.method) and.push({ methodType: { $in: query.method } });
  if (query.customer_email) and.push({ customer: { email: { $in: query.customer_email } } });
  return { $and: and };
}
