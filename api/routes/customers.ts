/** Customers, by our id and by the merchant's own: each route exists in both forms. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { OrganizationId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { carrying, containing, inAnyCase } from '../../db/search.ts';
import { customerView } from '../../db/views/customer.ts';
import { loadCustomerState } from '../../db/views/customer-state.ts';
import { paymentMethodView } from '../../db/views/payment-method.ts';
import {
  CustomerCreate,
  Customer as CustomerSchema,
  CustomerState,
  CustomerUpdate,
  CustomerUpdateExternalId,
} from '../../schemas/customer.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { PaymentMethod as PaymentMethodSchema } from '../../schemas/payment-method.ts';
import { metadataFilter, oneOrMany, queryBoolean } from '../../schemas/query.ts';
import { deleteCustomer } from '../customers/delete.ts';
import { customerToDelete, ownedCustomer } from '../customers/find.ts';
import { createCustomer, updateCustomer } from '../customers/write.ts';
import { table } from '../exports/table.ts';
import { refuseForeign, within } from '../organizations/named.ts';
import { csv } from '../replies.ts';
import { type Route, route } from '../route.ts';

const tag = 'Customers';
const reading = ['customers:read', 'customers:write'] as const;

const filters = z.object({
  organization_id: oneOrMany(z.uuid()),
  email: z.string().max(254).optional(),
  query: z.string().max(200).optional(),
  active: queryBoolean.optional().describe('Whether they have a subscription that is trialing, active or past due.'),
  metadata: metadataFilter,
});

const COLUMNS = { created_at: 'createdAt', email: 'email', name: 'name' } as const;

export const listCustomers = route({
  method: 'get',
  path: '/v1/customers/',
  summary: 'List customers',
  tag,
  scopes: reading,
  query: Pagination.extend(filters.shape).extend({
    sorting: sorting(['created_at', 'email', 'name'], [{ property: 'created_at', direction: 'desc' }]),
  }),
  response: paginated(CustomerSchema),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(Customer, matching(em, organization, query), {
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...query.sorting.map(({ property, direction }) => ({ [COLUMNS[property]]: direction })), { id: 'asc' }],
    });
    return page(rows.map(customerView), total, query);
  },
});

export const createCustomerRoute = route({
  method: 'post',
  path: '/v1/customers/',
  summary: 'Create a customer',
  tag,
  scopes: ['customers:write'],
  body: CustomerCreate,
  response: CustomerSchema,
  status: 201,
  errors: [403],
  async handle({ body, organization, em, environment, request }) {
    refuseForeign(body.organization_id, organization);
    return customerView(await createCustomer(em, { environment }, organization, body, request.at));
  },
});

export const exportCustomers = route({
  method: 'get',
  path: '/v1/customers/export',
  summary: 'Export customers',
  description: 'All of them, as CSV.',
  tag,
  scopes: reading,
  query: z.object({ organization_id: oneOrMany(z.uuid()) }),
  response: csv,
  handle: ({ query, organization, em }) =>
    table<CustomerRow>(em, {
      filename: 'customers.csv',
      columns: [
        { title: 'ID', cell: ({ id }) => id },
        { title: 'External ID', cell: ({ externalId }) => externalId },
        { title: 'Email', cell: ({ email }) => email },
        { title: 'Name', cell: ({ name }) => name },
        { title: 'Created At', cell: ({ createdAt }) => createdAt.toISOString() },
      ],
      next: (page) =>
        em.findByCursor(Customer, {
          where: { ...within(organization, query.organization_id), deletedAt: null },
          orderBy: { createdAt: 'asc', id: 'asc' },
          includeCount: false,
          ...page,
        }),
    }),
});

/** The routes of one customer, under a path that names them by `params`. */
function ofOneCustomer<Params extends z.ZodType<{ id: string } | { external_id: string }>>(
  path: '/v1/customers/{id}' | '/v1/customers/external/{external_id}',
  params: Params,
  how: string,
  change: typeof CustomerUpdate | typeof CustomerUpdateExternalId,
): Route[] {
  return [
    route({
      method: 'get',
      path,
      summary: `Get a customer${how}`,
      tag,
      scopes: reading,
      params,
      response: CustomerSchema,
      errors: [404],
      async handle({ params, organization, em }) {
        return customerView(await ownedCustomer(em, organization, params));
      },
    }),
    route({
      method: 'patch',
      path,
      summary: `Update a customer${how}`,
      tag,
      scopes: ['customers:write'],
      params,
      body: change,
      response: CustomerSchema,
      errors: [404],
      async handle({ params, body, organization, em, request, environment }) {
        const customer = await ownedCustomer(em, organization, params);
        await updateCustomer(em, { environment }, customer, body, request.at);
        return customerView(await ownedCustomer(em.fork(), organization, { id: customer.id }));
      },
    }),
    route({
      method: 'delete',
      path,
      summary: `Delete a customer${how}`,
      description:
        'Their checkouts and subscriptions end at once, their benefits are revoked, and then their external id is free again. Orders and books stay. Where the answer is a 503, that is still under way: it goes on by itself, or with another call. With `anonymize`, their name, addresses and tax id go too, from their checkouts and members as well, with their e-mails, what they entered into custom fields or said of a cancellation, and the metadata of their checkouts and subscriptions. What stays: orders with their billing details, metadata, documents and payments; their events, among them those that tell of the customer; what webhooks were sent, for 90 days; and the card processor’s own customer, to be deleted there.',
      tag,
      scopes: ['customers:write'],
      params,
      query: z.object({ anonymize: queryBoolean.default(false) }),
      response: z.void(),
      status: 204,
      errors: [404],
      async handle({ params, query, organization, em, workflows, request }) {
        const customer = await customerToDelete(em, organization, params);
        await deleteCustomer(em, workflows, customer, { anonymize: query.anonymize, at: request.at });
      },
    }),
    route({
      method: 'get',
      path: `${path}/state`,
      summary: `Get a customer’s state${how}`,
      description: 'With their running subscriptions and the benefits they hold.',
      tag,
      scopes: reading,
      params,
      response: CustomerState,
      errors: [404],
      async handle({ params, organization, em }) {
        return loadCustomerState(em, (await ownedCustomer(em, organization, params)).id);
      },
    }),
    route({
      method: 'get',
      path: `${path}/payment-methods`,
      summary: `List a customer’s payment methods${how}`,
      tag,
      scopes: reading,
      params,
      query: Pagination,
      response: paginated(PaymentMethodSchema),
      errors: [404],
      async handle({ params, query, organization, em }) {
        const customer = await ownedCustomer(em, organization, params);
        const [rows, total] = await em.findAndCount(
          PaymentMethod,
          { customer: customer.id, deletedAt: null },
          { limit: query.limit, offset: (query.page - 1) * query.limit, orderBy: { createdAt: 'desc', id: 'asc' } },
        );
        return page(rows.map(paymentMethodView), total, query);
      },
    }),
  ];
}

export const customerRoutes: Route[] = [
  listCustomers,
  createCustomerRoute,
  exportCustomers,
  ...ofOneCustomer('/v1/customers/{id}', z.object({ id: z.uuid() }), '', CustomerUpdate),
  ...ofOneCustomer(
    '/v1/customers/external/{external_id}',
    z.object({ external_id: z.string().min(1).max(256) }),
    ' by external id',
    CustomerUpdateExternalId,
  ),
];

function matching(
  em: EntityManager,
  organization: OrganizationId,
  query: z.output<typeof filters>,
): FilterQuery<CustomerRow> {
  const and: FilterQuery<CustomerRow>[] = [{ ...within(organization, query.organization_id), deletedAt: null }];
  if (query.active !== undefined) {
    const subscribers = em
      .createQueryBuilder(Subscription)
      .select('customer')
      .where({ organization, status: { $in: ['trialing', 'active', 'past_due'] } });
    and.push({ id: query.active ? { $in: subscribers } : { $nin: subscribers } });
  }
  if (query.email) and.push({ email: inAnyCase(query.email) });
  if (query.query) {
    const text = containing(query.query);
    and.push({ $or: [{ email: text }, { name: text }, { externalId: text }] });
  }
  and.push(...carrying<CustomerRow>(query.metadata));
  return { $and: and };
}
