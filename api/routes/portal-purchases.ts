/** A customer's orders, in their portal. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CustomerId, OrderId, PaymentMethodId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import { ownOrderViews, PORTAL_ORDER_POPULATE, readPortalOrder } from '../../db/views/portal.ts';
import {
  CustomerOrder,
  CustomerOrderConfirmPayment,
  CustomerOrderPaymentConfirmation,
  CustomerOrderPaymentStatus,
  CustomerOrderUpdate,
} from '../../schemas/customer-portal.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { invalid, notFound, orderNotEligibleForRetry } from '../errors.ts';
import { editOrder } from '../orders/edit.ts';
import { ORDER_SORTS, ofBillingType } from '../orders/find.ts';
import { payByHand } from '../orders/pay-by-hand.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';
const params = z.object({ id: z.uuid() });

// A customer has bought from one organization, which is in every order.
const SORTS = { ...ORDER_SORTS, organization: () => ({}) } as const;

export const listMyOrders = route({
  method: 'get',
  path: '/v1/customer-portal/orders/',
  summary: 'List orders',
  tag,
  auth: 'customer',
  query: Pagination.extend({
    product_id: oneOrMany(z.uuid()),
    product_billing_type: oneOrMany(z.enum(['one_time', 'recurring'])),
    subscription_id: oneOrMany(z.uuid()),
    query: z.string().max(200).optional(),
    sorting: sorting(
      ['created_at', 'amount', 'net_amount', 'organization', 'product', 'subscription'],
      [{ property: 'created_at', direction: 'desc' }],
    ),
  }),
  response: paginated(CustomerOrder),
  async handle({ query, customer, em }) {
    const and: FilterQuery<OrderRow>[] = [{ customer: customer.id, status: { $ne: 'draft' } }];
    if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
    if (query.subscription_id) and.push({ subscription: { $in: query.subscription_id as SubscriptionId[] } });
    if (query.product_billing_type) and.push(ofBillingType(query.product_billing_type));
    if (query.query) and.push({ description: containing(query.query) });
    const [rows, total] = await em.findAndCount(
      Order,
      { $and: and },
      {
        populate: PORTAL_ORDER_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [...query.sorting.map(({ property, direction }) => SORTS[property](direction)), { id: 'asc' }],
      },
    );
    return page(await ownOrderViews(em, rows as OrderRow[]), total, query);
  },
});

export const getMyOrder = route({
  method: 'get',
  path: '/v1/customer-portal/orders/{id}',
  summary: 'Get an order',
  tag,
  auth: 'customer',
  params,
  response: CustomerOrder,
  errors: [404],
  async handle({ params, customer, em }) {
    return readPortalOrder(em, await myOrder(em, customer.id, params.id));
  },
});

export const updateMyOrder = route({
  method: 'patch',
  path: '/v1/customer-portal/orders/{id}',
  summary: 'Update an order',
  description: 'Name and address for the invoice, until it is made.',
  tag,
  auth: 'customer',
  params,
  body: CustomerOrderUpdate,
  response: CustomerOrder,
  errors: [404],
  async handle({ params, body, customer, em, taxes, request }) {
    const find = (tx: EntityManager) => myOrder(tx, customer.id, params.id);
    return readPortalOrder(em, await editOrder(em, taxes, { id: params.id, body, at: request.at, find }));
  },
});

export const getMyOrderPaymentStatus = route({
  method: 'get',
  path: '/v1/customer-portal/orders/{id}/payment-status',
  summary: 'Get whether an order is paid',
  tag,
  auth: 'customer',
  params,
  response: CustomerOrderPaymentStatus,
  errors: [404],
  async handle({ params, customer, em }) {
    const order = await myOrder(em, customer.id, params.id);
    const last = await em.findOne(Payment, { order: order.id }, { orderBy: { attempt: 'desc' } });
    return { status: order.status, error: order.status === 'pending' ? (last?.declineMessage ?? null) : null };
  },
});

export const payMyOrder = route({
  method: 'post',
  path: '/v1/customer-portal/orders/{id}/confirm-payment',
  summary: 'Try an unpaid order again',
  description: 'With the default card, or with another saved one. A new card is added to the payment methods first.',
  tag,
  auth: 'customer',
  params,
  body: CustomerOrderConfirmPayment,
  response: CustomerOrderPaymentConfirmation,
  errors: [404, 409, 429],
  async handle({ params, body, customer, em, workflows }) {
    const order = await myOrder(em, customer.id, params.id);
    if (body.confirmation_token_id) {
      throw orderNotEligibleForRetry('Add the new card to your payment methods, then pay with it.');
    }
    const card = body.payment_method_id ? await myCard(em, customer.id, body.payment_method_id) : null;
    const outcome = await payByHand(em, workflows, order, card);
    if (outcome.status !== 'declined') return { status: 'succeeded', client_secret: null, error: null };
    const last = await em.fork().findOne(Payment, { order: order.id }, { orderBy: { attempt: 'desc' } });
    return { status: 'failed', client_secret: null, error: last?.declineMessage ?? outcome.reason };
  },
});

export const portalOrderRoutes = [listMyOrders, getMyOrder, updateMyOrder, getMyOrderPaymentStatus, payMyOrder];

export async function myOrder(em: EntityManager, customer: CustomerId, id: string): Promise<OrderRow> {
  const row = await em.findOne(
    Order,
    { id: id as OrderId, customer, status: { $ne: 'draft' } },
    { populate: PORTAL_ORDER_POPULATE },
  );
  if (row === null) throw notFound();
  return row as OrderRow;
}

async function myCard(em: EntityManager, customer: CustomerId, id: string): Promise<PaymentMethodId> {
  const row = await em.findOne(PaymentMethod, { id: id as PaymentMethodId, customer, deletedAt: null });
  if (row === null) throw invalid(['body', 'payment_method_id'], 'This card is not one of yours.');
  return row.id;
}
