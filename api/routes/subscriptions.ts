/** Subscriptions: read from their rows, changed by asking their processes. */
import { randomUUID } from 'node:crypto';
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CustomerId, OrganizationId, PriceId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import { CANCELLATION_REASONS } from '../../billing/subscription-state.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { carrying } from '../../db/search.ts';
import { SUBSCRIPTION_POPULATE, subscriptionView } from '../../db/views/subscription.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { metadataFilter, oneOrMany, queryBoolean } from '../../schemas/query.ts';
import {
  SubscriptionCreate,
  Subscription as SubscriptionSchema,
  SubscriptionUpdate,
} from '../../schemas/subscription.ts';
import { alreadyActiveSubscription, invalid, notFound } from '../errors.ts';
import { csv } from '../replies.ts';
import { route } from '../route.ts';
import { changeSubscription } from '../subscriptions/change.ts';
import { subscriptionsCsv } from '../subscriptions/export.ts';

const tag = 'Subscriptions';
const params = z.object({ id: z.uuid() });
const reading = ['subscriptions:read', 'subscriptions:write'] as const;

const filters = z.object({
  organization_id: oneOrMany(z.uuid()),
  product_id: oneOrMany(z.uuid()),
  customer_id: oneOrMany(z.uuid()),
  external_customer_id: oneOrMany(z.string()),
  discount_id: oneOrMany(z.uuid()),
  active: queryBoolean.optional(),
  cancel_at_period_end: queryBoolean.optional(),
  customer_cancellation_reason: oneOrMany(z.enum(CANCELLATION_REASONS)),
  status: oneOrMany(
    z.enum(['incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused']),
  ).optional(),
  canceled_at_before: z.coerce.date().optional(),
  canceled_at_after: z.coerce.date().optional(),
  metadata: metadataFilter.optional(),
});

const SORTS = {
  customer: { customer: { email: 'direction' } },
  status: { status: 'direction' },
  started_at: { startedAt: 'direction' },
  current_period_end: { currentPeriodEnd: 'direction' },
  ended_at: { endedAt: 'direction' },
  ends_at: { endsAt: 'direction' },
  amount: { amount: 'direction' },
  product: { product: { name: 'direction' } },
} as const;

export const listSubscriptions = route({
  method: 'get',
  path: '/v1/subscriptions/',
  summary: 'List subscriptions',
  tag,
  scopes: reading,
  query: Pagination.extend(filters.shape).extend({
    sorting: sorting(
      [
        'customer',
        'status',
        'started_at',
        'current_period_end',
        'ended_at',
        'ends_at',
        'amount',
        'product',
        'discount',
      ],
      [{ property: 'started_at', direction: 'desc' }],
    ),
  }),
  response: paginated(SubscriptionSchema),
  async handle({ query, organization, em }) {
    const orderBy = query.sorting
      .filter(
        (criterion): criterion is typeof criterion & { property: keyof typeof SORTS } =>
          criterion.property !== 'discount',
      )
      .map(({ property, direction }) => JSON.parse(JSON.stringify(SORTS[property]).replace('direction', direction)));
    const [rows, total] = await em.findAndCount(Subscription, matching(organization, query), {
      populate: SUBSCRIPTION_POPULATE,
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...orderBy, { id: 'asc' }],
    });
    return page(rows.map(subscriptionView), total, query);
  },
});

export const createSubscription = route({
  method: 'post',
  path: '/v1/subscriptions/',
  summary: 'Create a subscription',
  description: 'For free products. A product that costs something is bought through a checkout.',
  tag,
  scopes: ['subscriptions:write'],
  body: SubscriptionCreate,
  response: SubscriptionSchema,
  status: 201,
  errors: [403],
  async handle({ body, organization, em, workflows }) {
    const customer = await namedCustomer(em, organization, body);
    const product = await em.findOne(Product, { id: body.product_id as ProductId, organization, isArchived: false });
    if (product === null) throw invalid(['body', 'product_id'], 'This product does not exist or is archived.');
    if (!product.recurringInterval) throw invalid(['body', 'product_id'], 'This product is sold once.');
    const price = await em.findOne(Price, { product: product.id, isArchived: false, amount: 0 });
    if (price === null) throw invalid(['body', 'product_id'], 'This product is not free; use a checkout.');
    await refuseSecond(em, organization, customer);
    const subscriptionId = randomUUID() as SubscriptionId;
    await workflows.startSubscription({
      subscriptionId,
      clockNow: customer.testClock?.frozenTime.getTime() ?? null,
      create: {
        organizationId: organization,
        customerId: customer.id,
        productId: product.id,
        priceId: price.id as PriceId,
        metadata: body.metadata ?? {},
      },
    });
    return view(em, organization, subscriptionId);
  },
});

export const exportSubscriptions = route({
  method: 'get',
  path: '/v1/subscriptions/export',
  summary: 'Export subscriptions',
  description: 'All of them, as CSV.',
  tag,
  scopes: reading,
  query: z.object({ organization_id: oneOrMany(z.uuid()).optional() }),
  response: csv,
  async handle({ organization, em }) {
    const rows = await em.find(
      Subscription,
      { organization },
      { populate: ['customer', 'product'], orderBy: { createdAt: 'asc' } },
    );
    return subscriptionsCsv(rows);
  },
});

export const getSubscription = route({
  method: 'get',
  path: '/v1/subscriptions/{id}',
  summary: 'Get a subscription',
  tag,
  scopes: reading,
  params,
  response: SubscriptionSchema,
  errors: [404],
  handle: ({ params, organization, em }) => view(em, organization, params.id),
});

export const updateSubscription = route({
  method: 'patch',
  path: '/v1/subscriptions/{id}',
  summary: 'Change a subscription',
  description:
    'Cancel at the end of the period or take that back, revoke at once, move the end of the trial or of the ' +
    'period, edit metadata. One of them at a time.',
  tag,
  scopes: ['subscriptions:write'],
  params,
  body: SubscriptionUpdate,
  response: SubscriptionSchema,
  errors: [402, 403, 404, 409],
  async handle({ params, body, organization, em, workflows }) {
    const row = await owned(em, organization, params.id);
    await changeSubscription(workflows.subscription(row.id), row, body);
    return view(em, organization, row.id);
  },
});

export const revokeSubscription = route({
  method: 'delete',
  path: '/v1/subscriptions/{id}',
  summary: 'Revoke a subscription',
  description: 'Ends it at once: benefits are taken back, nothing is refunded.',
  tag,
  scopes: ['subscriptions:write'],
  params,
  response: SubscriptionSchema,
  errors: [403, 404, 409],
  async handle({ params, organization, em, workflows }) {
    const row = await owned(em, organization, params.id);
    await workflows.subscription(row.id).revoke({ reason: null, comment: null });
    return view(em, organization, row.id);
  },
});

export const subscriptionRoutes = [
  listSubscriptions,
  createSubscription,
  exportSubscriptions,
  getSubscription,
  updateSubscription,
  revokeSubscription,
];

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<SubscriptionRow> {
  const row = await em.findOne(Subscription, { id: id as SubscriptionId, organization });
  if (row === null) throw notFound();
  return row;
}

async function view(em: EntityManager, organization: OrganizationId, id: string) {
  const row = await em.findOne(
    Subscription,
    { id: id as SubscriptionId, organization },
    { populate: SUBSCRIPTION_POPULATE, refresh: true },
  );
  if (row === null) throw notFound();
  return subscriptionView(row);
}

function matching(organization: OrganizationId, query: z.output<typeof filters>): FilterQuery<SubscriptionRow> {
  const and: FilterQuery<SubscriptionRow>[] = [{ organization }];
  if (query.product_id) and.push({ product: { $in: query.product_id as ProductId[] } });
  if (query.customer_id) and.push({ customer: { $in: query.customer_id as CustomerId[] } });
  if (query.external_customer_id) and.push({ customer: { externalId: { $in: query.external_customer_id } } });
  if (query.active !== undefined) {
    const active = ['trialing', 'active'] as const;
    and.push({ status: query.active ? { $in: [...active] } : { $nin: [...active] } });
  }
  if (query.status) and.push({ status: { $in: query.status as SubscriptionRow['status'][] } });
  if (query.cancel_at_period_end !== undefined) and.push({ cancelAtPeriodEnd: query.cancel_at_period_end });
  if (query.customer_cancellation_reason) and.push({ cancellationReason: { $in: query.customer_cancellation_reason } });
  if (query.canceled_at_before) and.push({ canceledAt: { $lt: query.canceled_at_before } });
  if (query.canceled_at_after) and.push({ canceledAt: { $gt: query.canceled_at_after } });
  and.push(...carrying<SubscriptionRow>(query.metadata));
  return { $and: and };
}

async function namedCustomer(
  em: EntityManager,
  organization: OrganizationId,
  body: z.output<typeof SubscriptionCreate>,
): Promise<CustomerRow> {
  const living = { organization, deletedAt: null };
  const populate = ['testClock'] as const;
  const byId = 'customer_id' in body;
  const customer = byId
    ? await em.findOne(Customer, { id: body.customer_id as CustomerId, ...living }, { populate })
    : await em.findOne(Customer, { externalId: body.external_customer_id, ...living }, { populate });
  if (customer === null) {
    throw invalid(['body', byId ? 'customer_id' : 'external_customer_id'], 'This customer does not exist.');
  }
  return customer;
}

async function refuseSecond(em: EntityManager, organization: OrganizationId, customer: CustomerRow): Promise<void> {
  await em.populate([customer], ['organization']);
  if (customer.organization.subscriptionSettings.allow_multiple_subscriptions) return;
  const living = await em.count(Subscription, { organization, customer: customer.id, status: { $ne: 'canceled' } });
  if (living > 0) throw alreadyActiveSubscription();
}
