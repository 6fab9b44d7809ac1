/** Subscriptions: read from their rows, changed by asking their processes. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CustomerId, OrganizationId, PriceId, ProductId, SubscriptionId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Price } from '../../db/entities/price.ts';
import { Product } from '../../db/entities/product.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { nowOf } from '../../db/now.ts';
import { offeredPrices } from '../../db/offered-prices.ts';
import type { EntityManager } from '../../db/orm.ts';
import { SUBSCRIPTION_POPULATE, subscriptionViews } from '../../db/views/subscription.ts';
import { readSubscription } from '../../db/views/subscription-read.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import {
  SubscriptionCreate,
  Subscription as SubscriptionSchema,
  SubscriptionUpdate,
} from '../../schemas/subscription.ts';
import { callOffLeft } from '../checkouts/call-off.ts';
import { alreadyActiveSubscription, invalid, notFound } from '../errors.ts';
import { csv } from '../replies.ts';
import { route } from '../route.ts';
import { changeSubscription } from '../subscriptions/change.ts';
import { SubscriptionExport, subscriptionsTable } from '../subscriptions/export.ts';
import { matchingSubscriptions, SUBSCRIPTION_SORTS, subscriptionFilters } from '../subscriptions/find.ts';

const tag = 'Subscriptions';
const params = z.object({ id: z.uuid() });
const reading = ['subscriptions:read', 'subscriptions:write'] as const;

export const listSubscriptions = route({
  method: 'get',
  path: '/v1/subscriptions/',
  summary: 'List subscriptions',
  tag,
  scopes: reading,
  query: Pagination.extend(subscriptionFilters.shape).extend({
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
    const orderBy = query.sorting.map(({ property, direction }) => SUBSCRIPTION_SORTS[property](direction));
    const [rows, total] = await em.findAndCount(Subscription, matchingSubscriptions(organization, query), {
      populate: SUBSCRIPTION_POPULATE,
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...orderBy, { id: 'asc' }],
    });
    return page(await subscriptionViews(em, rows as SubscriptionRow[]), total, query);
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
  async handle({ body, organization, em, request, workflows }) {
    const customer = await namedCustomer(em, organization, body);
    const product = await em.findOne(Product, { id: body.product_id as ProductId, organization, isArchived: false });
    if (product === null) throw invalid(['body', 'product_id'], 'This product does not exist or is archived.');
    if (!product.recurringInterval) throw invalid(['body', 'product_id'], 'This product is sold once.');
    const price = await em.findOne(Price, {
      product: product.id,
      isArchived: false,
      source: 'catalog',
      amountType: 'free',
    });
    if (price === null || (await bills(em, product.id))) {
      throw invalid(['body', 'product_id'], 'This product is not free; use a checkout.');
    }
    if (await isOnlyOne(em, organization, customer)) {
      await callOffLeft(em, workflows, customer.id, nowOf(customer, request.at));
    }
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
  description: 'As CSV; all of them, or those that the parameters leave.',
  tag,
  scopes: reading,
  query: SubscriptionExport,
  response: csv,
  handle: ({ query, organization, em }) => subscriptionsTable(em, organization, query),
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
    'Change the product or the seats, cancel or pause at the end of the period or take that back, revoke or resume at once, move the end of the trial or of the ' +
    'period, change the discount from the next order on, edit metadata. One of them at a time.',
  tag,
  scopes: ['subscriptions:write'],
  params,
  body: SubscriptionUpdate,
  response: SubscriptionSchema,
  errors: [402, 403, 404, 409],
  async handle({ params, body, organization, em, workflows }) {
    const row = await owned(em, organization, params.id);
    await changeSubscription(em, workflows.subscription(row.id), row, body);
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
  const found = await readSubscription(em, organization, id);
  if (found === null) throw notFound();
  return found;
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

/** Whether something is billed by use. */
async function bills(em: EntityManager, product: ProductId): Promise<boolean> {
  return (await offeredPrices(em, product)).some(({ amountType }) => amountType === 'metered_unit');
}

/** Whether it will be the customer's one, as several aren't allowed. */
async function isOnlyOne(em: EntityManager, organization: OrganizationId, customer: CustomerRow): Promise<boolean> {
  await em.populate([customer], ['organization']);
  if (customer.organization.subscriptionSettings.allow_multiple_subscriptions) return false;
  const living = await em.count(Subscription, { organization, customer: customer.id, status: { $ne: 'canceled' } });
  if (living > 0) throw alreadyActiveSubscription();
  return true;
}
