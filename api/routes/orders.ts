/** Orders: what customers owe or have paid. */
import { z } from 'zod';
import type { OrderId, OrganizationId } from '../../billing/ids.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import type { EntityManager } from '../../db/orm.ts';
import { ORDER_POPULATE, orderView } from '../../db/views/order.ts';
import { Order as OrderSchema, OrderUpdate } from '../../schemas/order.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { notFound } from '../errors.ts';
import { editOrder } from '../orders/edit.ts';
import { OrderExport, ordersTable } from '../orders/export.ts';
import { matchingOrders, ORDER_SORTS, orderFilters } from '../orders/find.ts';
import { csv } from '../replies.ts';
import { route } from '../route.ts';

const tag = 'Orders';
const params = z.object({ id: z.uuid() });

export const listOrders = route({
  method: 'get',
  path: '/v1/orders/',
  summary: 'List orders',
  tag,
  scopes: ['orders:read'],
  query: Pagination.extend(orderFilters.shape).extend({
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
    const [rows, total] = await em.findAndCount(Order, matchingOrders(organization, query), {
      populate: ORDER_POPULATE,
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...query.sorting.map(({ property, direction }) => ORDER_SORTS[property](direction)), { id: 'asc' }],
    });
    return page(rows.map(orderView), total, query);
  },
});

export const exportOrders = route({
  method: 'get',
  path: '/v1/orders/export',
  summary: 'Export orders',
  description: 'As CSV; all of them, or those that the parameters leave.',
  tag,
  scopes: ['orders:read'],
  query: OrderExport,
  response: csv,
  handle: ({ query, organization, em }) => ordersTable(em, organization, query),
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
    return orderView(await ownedOrder(em, organization, params.id));
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
  async handle({ params, body, organization, em, taxes, request }) {
    const find = (tx: EntityManager) => ownedOrder(tx, organization, params.id);
    return orderView(await editOrder(em, taxes, { id: params.id, body, at: request.at, find }));
  },
});

export const orderRoutes = [listOrders, exportOrders, getOrder, updateOrder];

export async function ownedOrder(em: EntityManager, organization: OrganizationId, id: string): Promise<OrderRow> {
  const row = await em.findOne(Order, { id: id as OrderId, organization }, { populate: ORDER_POPULATE });
  if (row === null) throw notFound();
  return row as OrderRow;
}
