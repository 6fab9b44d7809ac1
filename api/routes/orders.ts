/** Orders: what customers owe or have paid. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CheckoutId, CustomerId, OrderId, OrganizationId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { emit } from '../../db/events.ts';
import type { EntityManager } from '../../db/orm.ts';
import { carrying } from '../../db/search.ts';
import { ORDER_POPULATE, orderView } from '../../db/views/order.ts';
import { Order as OrderSchema, OrderStatus, OrderUpdate } from '../../schemas/order.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { metadataFilter, oneOrMany } from '../../schemas/query.ts';
import { notFound } from '../errors.ts';
import { csv } from '../replies.ts';
import { route } from '../route.ts';

const tag = 'Orders';
const params = z.object({ id: z.uuid() });

const filters = z.object({
  organization_id: oneOrMany(z.uuid()),
  product_id: oneOrMany(z.uuid()),
  product_billing_type: oneOrMany(z.enum(['one_time', 'recurring'])),
  discount_id: oneOrMany(z.uuid()),
  customer_id: oneOrMany(z.uuid()),
  external_customer_id: oneOrMany(z.string().max(256)),
  checkout_id: oneOrMany(z.uuid()),
  subscription_id: oneOrMany(z.uuid()),
  status: oneOrMany(OrderStatus),
  created_after: z.coerce.date().optional(),
  created_before: z.coerce.date().optional(),
  metadata: metadataFilter,
});

const SORTS = {
  created_at: (direction: 'asc' | 'desc') => ({ createdAt: direction }),
  status: (direction: 'asc' | 'desc') => ({ status: direction }),
  invoice_number: (direction: 'asc' | 'desc') => ({ invoiceNumber: direction }),
  amount: (direction: 'asc' | 'desc') => ({ totalAmount: direction }),
  net_amount: (direction: 'asc' | 'desc') => ({ netAmount: direction }),
  customer: (direction: 'asc' | 'desc') => ({ customer: { email: direction } }),
  product: (direction: 'asc' | 'desc') => ({ product: { name: direction } }),
  subscription: (direction: 'asc' | 'desc') => ({ subscription: { id: direction } }),
  discount: () => ({}),
} as const;

export const listOrders = route({
  method: 'get',
  path: '/v1/orders/',
  summary: 'List orders',
  tag,
  scopes: ['orders:read'],
  query: Pagination.extend(filters.shape).extend({
    sorting: sorting(
      [
        'created_at',
        'status',
        'invoice_number',
        'amount',
        'net_amount',
        'customer',
        'product',
        'discount',
        'subscription',
      ],
      [{ property: 'created_at', direction: 'desc' }],
    ),
  }),
  response: paginated(OrderSchema),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(Order, matching(organization, query), {
      populate: ORDER_POPULATE,
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...query.sorting.map(({ property, direction }) => SORTS[property](direction)), { id: 'asc' }],
    });
    return page(rows.map(orderView), total, query);
  },
});

export const exportOrders = route({
  method: 'get',
  path: '/v1/orders/export',
  summary: 'Export orders',
  description: 'All of them, as CSV.',
  tag,
  scopes: ['orders:read'],
  query: z.object({ organization_id: oneOrMany(z.uuid()), product_id: oneOrMany(z.uuid()) }),
  response: csv,
  async handle({ query, organization, em }) {
    const rows = await em.find(Order, matching(organization, query), {
      populate: ['customer', 'product'],
      orderBy: { createdAt: 'asc' },
    });
    return {
      filename: 'orders.csv',
      columns: ['Email', 'Created At', 'Product', 'Amount', 'Currency', 'Status', 'Invoice number'],
      rows: rows.map((row) => [
        row.customer.email,
        row.createdAt.toISOString(),
        row.product?.name,
        row.totalAmount,
        row.currency,
        row.status,
        row.invoiceNumber,
      ]),
    };
  },
});

export const getOrder = route({
  method: 'get',
  path: '/v1/orders/{id}',
  summary: 'Get an order',
  tag,
  scopes: ['orders:read'],
  params,
  response: OrderSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return orderView(await owned(em, organization, params.id));
  },
});

export const updateOrder = route({
  method: 'patch',
  path: '/v1/orders/{id}',
  summary: 'Update an order',
  description: 'Name and address for the invoice, until it is made.',
  tag,
  scopes: ['orders:write'],
  params,
  body: OrderUpdate,
  response: OrderSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    return em.transactional(async (tx) => {
      const row = await owned(tx, organization, params.id);
      if (body.billing_name !== undefined) row.billingName = body.billing_name;
      if (body.billing_address !== undefined) row.billingAddress = body.billing_address;
      row.modifiedAt = request.at;
      await tx.flush();
      const event = { organizationId: organization, type: 'order.updated' as const, at: request.at };
      await emit(tx, { ...event, data: () => orderView(row) });
      return orderView(row);
    });
  },
});

export const orderRoutes = [listOrders, exportOrders, getOrder, updateOrder];

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<OrderRow> {
  const row = await em.findOne(Order, { id: id as OrderId, organization }, { populate: ORDER_POPULATE });
  if (row === null) throw notFound();
  return row as OrderRow;
}

function matching(organization: OrganizationId, query: Partial<z.output<typeof filters>>): FilterQuery<OrderRow> {
  const and: FilterQuery<OrderRow>[] = [{ organization }];
  if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
  if (query.product_billing_type?.length === 1) {
    and.push({ product: { recurringInterval: query.product_billing_type[0] === 'recurring' ? { $ne: null } : null } });
  }
  if (query.customer_id) and.push({ customer: { $in: query.customer_id as CustomerId[] } });
  if (query.external_customer_id) and.push({ customer: { externalId: { $in: query.external_customer_id } } });
  if (query.checkout_id) and.push({ checkoutId: { $in: query.checkout_id as CheckoutId[] } });
  if (query.subscription_id) and.push({ subscription: { $in: query.subscription_id as SubscriptionId[] } });
  if (query.status) and.push({ status: { $in: query.status } });
  if (query.created_after) and.push({ createdAt: { $gt: query.created_after } });
  if (query.created_before) and.push({ createdAt: { $lt: query.created_before } });
  and.push(...carrying<OrderRow>(query.metadata));
  return { $and: and };
}
