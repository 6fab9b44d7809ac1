/** What the customer has bought, in their portal: subscriptions, orders, benefits. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type {
  BenefitId,
  CheckoutId,
  CustomerId,
  GrantId,
  OrderId,
  PaymentMethodId,
  ProductId,
  SubscriptionId,
} from '../../billing/ids.ts';
import { BenefitGrant, type BenefitGrantRow } from '../../db/entities/benefit-grant.ts';
import { Order, type OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import {
  PORTAL_GRANT_POPULATE,
  PORTAL_ORDER_POPULATE,
  PORTAL_SUBSCRIPTION_POPULATE,
  portalGrantView,
  portalOrderView,
  portalSubscriptionView,
} from '../../db/views/portal.ts';
import { BenefitType } from '../../schemas/benefit.ts';
import {
  CustomerBenefitGrant,
  CustomerOrder,
  CustomerOrderConfirmPayment,
  CustomerOrderPaymentConfirmation,
  CustomerOrderPaymentStatus,
  CustomerSubscription,
  CustomerSubscriptionUpdate,
} from '../../schemas/customer-portal.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany, queryBoolean } from '../../schemas/query.ts';
import { notFound, notPermitted, orderNotEligibleForRetry } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';
const params = z.object({ id: z.uuid() });
const newestFirst = [{ createdAt: 'desc' as const }, { id: 'asc' as const }];

export const listMySubscriptions = route({
  method: 'get',
  path: '/v1/customer-portal/subscriptions/',
  summary: 'List subscriptions',
  tag,
  auth: 'customer',
  query: Pagination.extend({
    product_id: oneOrMany(z.uuid()),
    active: queryBoolean.optional(),
    query: z.string().max(200).optional(),
    sorting: sorting(['started_at', 'amount', 'status', 'organization', 'product'], []),
  }),
  response: paginated(CustomerSubscription),
  async handle({ query, customer, em }) {
    const and: FilterQuery<SubscriptionRow>[] = [{ customer: customer.id }];
    if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
    if (query.active !== undefined) {
      const running = ['trialing' as const, 'active' as const];
      and.push({ status: query.active ? { $in: running } : { $nin: running } });
    }
    if (query.query) and.push({ product: { name: containing(query.query) } });
    const [rows, total] = await em.findAndCount(
      Subscription,
      { $and: and },
      {
        populate: PORTAL_SUBSCRIPTION_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: newestFirst,
      },
    );
    return page(rows.map(portalSubscriptionView), total, query);
  },
});

export const getMySubscription = route({
  method: 'get',
  path: '/v1/customer-portal/subscriptions/{id}',
  summary: 'Get a subscription',
  tag,
  auth: 'customer',
  params,
  response: CustomerSubscription,
  errors: [404],
  async handle({ params, customer, em }) {
    return portalSubscriptionView(await mySubscription(em, customer.id, params.id));
  },
});

export const updateMySubscription = route({
  method: 'patch',
  path: '/v1/customer-portal/subscriptions/{id}',
  summary: 'Cancel a subscription, or take that back',
  tag,
  auth: 'customer',
  params,
  body: CustomerSubscriptionUpdate,
  response: CustomerSubscription,
  errors: [402, 403, 404, 409],
  async handle({ params, body, customer, em, workflows }) {
    const row = await mySubscription(em, customer.id, params.id);
    if (!('cancel_at_period_end' in body)) throw notPermitted('This change is not open to customers of this shop.');
    if (body.cancel_at_period_end !== row.cancelAtPeriodEnd || row.status === 'canceled') {
      const process = workflows.subscription(row.id);
      const reason = { reason: body.cancellation_reason ?? null, comment: body.cancellation_comment ?? null };
      await (body.cancel_at_period_end ? process.cancel(reason) : process.uncancel());
    }
    return portalSubscriptionView(await mySubscription(em.fork(), customer.id, params.id));
  },
});

export const cancelMySubscription = route({
  method: 'delete',
  path: '/v1/customer-portal/subscriptions/{id}',
  summary: 'Cancel a subscription',
  description: 'It ends with its period.',
  tag,
  auth: 'customer',
  params,
  response: CustomerSubscription,
  errors: [403, 404],
  async handle({ params, customer, em, workflows }) {
    const row = await mySubscription(em, customer.id, params.id);
    await workflows.subscription(row.id).cancel({ reason: null, comment: null });
    return portalSubscriptionView(await mySubscription(em.fork(), customer.id, params.id));
  },
});

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
    sorting: sorting(['created_at', 'amount', 'net_amount', 'organization', 'product', 'subscription'], []),
  }),
  response: paginated(CustomerOrder),
  async handle({ query, customer, em }) {
    const and: FilterQuery<OrderRow>[] = [{ customer: customer.id, status: { $ne: 'draft' } }];
    if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
    if (query.subscription_id) and.push({ subscription: { $in: query.subscription_id as SubscriptionId[] } });
    if (query.product_billing_type?.length === 1) {
      and.push({
        product: { recurringInterval: query.product_billing_type[0] === 'recurring' ? { $ne: null } : null },
      });
    }
    if (query.query) and.push({ description: containing(query.query) });
    const [rows, total] = await em.findAndCount(
      Order,
      { $and: and },
      {
        populate: PORTAL_ORDER_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: newestFirst,
      },
    );
    return page(rows.map(portalOrderView), total, query);
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
    return portalOrderView(await myOrder(em, customer.id, params.id));
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
    if (order.status !== 'pending' || !order.subscription || !order.nextPaymentAttemptAt) {
      throw orderNotEligibleForRetry('This order is not waiting for a payment.');
    }
    const card = body.payment_method_id ? await myCard(em, customer.id, body.payment_method_id) : undefined;
    const outcome = await workflows.subscription(order.subscription.id).retryPayment('retry_customer', card);
    if (outcome.status !== 'declined') return { status: 'succeeded', client_secret: null, error: null };
    const last = await em.fork().findOne(Payment, { order: order.id }, { orderBy: { attempt: 'desc' } });
    return { status: 'failed', client_secret: null, error: last?.declineMessage ?? outcome.reason };
  },
});

export const listMyGrants = route({
  method: 'get',
  path: '/v1/customer-portal/benefit-grants/',
  summary: 'List benefits',
  tag,
  auth: 'customer',
  query: Pagination.extend({
    query: z.string().max(200).optional(),
    type: oneOrMany(BenefitType),
    benefit_id: oneOrMany(z.uuid()),
    checkout_id: oneOrMany(z.uuid()),
    order_id: oneOrMany(z.uuid()),
    subscription_id: oneOrMany(z.uuid()),
    sorting: sorting(['granted_at', 'type', 'organization', 'product_benefit'], []),
  }),
  response: paginated(CustomerBenefitGrant),
  async handle({ query, customer, em }) {
    const and: FilterQuery<BenefitGrantRow>[] = [{ customer: customer.id, revokedAt: null }];
    if (query.query) and.push({ benefit: { description: containing(query.query) } });
    if (query.type) and.push({ benefit: { type: { $in: query.type } } });
    if (query.benefit_id) and.push({ benefit: { $in: query.benefit_id as BenefitId[] } });
    if (query.checkout_id) {
      const checkoutId = { $in: query.checkout_id as CheckoutId[] };
      and.push({ $or: [{ subscription: { checkoutId } }, { order: { checkoutId } }] });
    }
    if (query.order_id) and.push({ order: { $in: query.order_id as OrderId[] } });
    if (query.subscription_id) and.push({ subscription: { $in: query.subscription_id as SubscriptionId[] } });
    const [rows, total] = await em.findAndCount(
      BenefitGrant,
      { $and: and },
      {
        populate: PORTAL_GRANT_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: newestFirst,
      },
    );
    return page(rows.map(portalGrantView), total, query);
  },
});

export const getMyGrant = route({
  method: 'get',
  path: '/v1/customer-portal/benefit-grants/{id}',
  summary: 'Get a benefit',
  tag,
  auth: 'customer',
  params,
  response: CustomerBenefitGrant,
  errors: [404],
  async handle({ params, customer, em }) {
    const id = params.id as GrantId;
    const row = await em.findOne(BenefitGrant, { id, customer: customer.id }, { populate: PORTAL_GRANT_POPULATE });
    if (row === null) throw notFound();
    return portalGrantView(row as BenefitGrantRow);
  },
});

export const portalPurchaseRoutes = [
  listMySubscriptions,
  getMySubscription,
  updateMySubscription,
  cancelMySubscription,
  listMyOrders,
  getMyOrder,
  getMyOrderPaymentStatus,
  payMyOrder,
  listMyGrants,
  getMyGrant,
];

async function mySubscription(em: EntityManager, customer: CustomerId, id: string): Promise<SubscriptionRow> {
  const row = await em.findOne(
    Subscription,
    { id: id as SubscriptionId, customer },
    { populate: PORTAL_SUBSCRIPTION_POPULATE },
  );
  if (row === null) throw notFound();
  return row as SubscriptionRow;
}

async function myCard(em: EntityManager, customer: CustomerId, id: string): Promise<PaymentMethodId> {
  const row = await em.findOne(PaymentMethod, { id: id as PaymentMethodId, customer, deletedAt: null });
  if (row === null) throw notFound('Payment method not found.');
  return row.id;
}

async function myOrder(em: EntityManager, customer: CustomerId, id: string): Promise<OrderRow> {
  const row = await em.findOne(
    Order,
    { id: id as OrderId, customer, status: { $ne: 'draft' } },
    { populate: PORTAL_ORDER_POPULATE },
  );
  if (row === null) throw notFound();
  return row as OrderRow;
}
