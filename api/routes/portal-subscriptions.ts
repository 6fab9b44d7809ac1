/** A customer's subscriptions, in their portal. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CustomerId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import { ownSubscriptionViews, PORTAL_SUBSCRIPTION_POPULATE, readPortalSubscription } from '../../db/views/portal.ts';
import { CustomerSubscription, CustomerSubscriptionUpdate } from '../../schemas/customer-portal.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany, queryBoolean } from '../../schemas/query.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';
import { changeMySubscription } from '../subscriptions/change-mine.ts';
import { running, SUBSCRIPTION_SORTS } from '../subscriptions/find.ts';

const tag = 'Customer portal';
const params = z.object({ id: z.uuid() });

// A customer has bought from one organization, which is in every order.
const SORTS = { ...SUBSCRIPTION_SORTS, organization: () => ({}) } as const;

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
    sorting: sorting(
      ['started_at', 'amount', 'status', 'organization', 'product'],
      [{ property: 'started_at', direction: 'desc' }],
    ),
  }),
  response: paginated(CustomerSubscription),
  async handle({ query, customer, em }) {
    const and: FilterQuery<SubscriptionRow>[] = [{ customer: customer.id }];
    if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
    if (query.active !== undefined) and.push(running(query.active));
    if (query.query) and.push({ product: { name: containing(query.query) } });
    const [rows, total] = await em.findAndCount(
      Subscription,
      { $and: and },
      {
        populate: PORTAL_SUBSCRIPTION_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [...query.sorting.map(({ property, direction }) => SORTS[property](direction)), { id: 'asc' }],
      },
    );
    return page(await ownSubscriptionViews(em, rows as SubscriptionRow[]), total, query);
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
    return readPortalSubscription(em, await mySubscription(em, customer.id, params.id));
  },
});

export const updateMySubscription = route({
  method: 'patch',
  path: '/v1/customer-portal/subscriptions/{id}',
  summary: 'Change a subscription',
  description:
    'Cancel or take that back; pause, resume, change the product or seats where the shop lets its customers. A 402 with a ' +
    '`client_secret` is of a payment that the bank wants the customer to approve, for which the change waits an hour.',
  tag,
  auth: 'customer',
  params,
  body: CustomerSubscriptionUpdate,
  response: CustomerSubscription,
  errors: [402, 403, 404, 409],
  async handle({ params, body, customer, em, environment, workflows }) {
    const row = await mySubscription(em, customer.id, params.id);
    await changeMySubscription(em, workflows.subscription(row.id), row, body, environment.PUBLIC_URL);
    return readPortalSubscription(em, await mySubscription(em.fork(), customer.id, params.id));
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
  errors: [403, 404, 409],
  async handle({ params, customer, em, workflows }) {
    const row = await mySubscription(em, customer.id, params.id);
    await workflows.subscription(row.id).cancel({ reason: null, comment: null });
    return readPortalSubscription(em, await mySubscription(em.fork(), customer.id, params.id));
  },
});

export const portalSubscriptionRoutes = [
  listMySubscriptions,
  getMySubscription,
  updateMySubscription,
  cancelMySubscription,
];

export async function mySubscription(em: EntityManager, customer: CustomerId, id: string): Promise<SubscriptionRow> {
  const row = await em.findOne(
    Subscription,
    { id: id as SubscriptionId, customer },
    { populate: PORTAL_SUBSCRIPTION_POPULATE },
  );
  if (row === null) throw notFound();
  return row as SubscriptionRow;
}
