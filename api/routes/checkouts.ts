/** Checkout sessions, for the merchant's server by token and for the buyer's browser by client secret. */

import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CheckoutId, CustomerId, OrganizationId, ProductId } from '../../billing/ids.ts';
import { Checkout, type CheckoutRow } from '../../db/entities/checkout.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import { checkoutConfirmedView, checkoutPublicView, checkoutView, loadCheckout } from '../../db/views/checkout.ts';
import {
  CheckoutConfirm,
  CheckoutCreate,
  CheckoutPublic,
  CheckoutPublicConfirmed,
  Checkout as CheckoutSchema,
  CheckoutUpdate,
  CheckoutUpdatePublic,
} from '../../schemas/checkout.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { confirmCheckout } from '../checkouts/confirm.ts';
import { createCheckout } from '../checkouts/create.ts';
import { editCheckout } from '../checkouts/edit.ts';
import { withinLimits } from '../checkouts/limits.ts';
import { plainAddress } from '../doors/visitors.ts';
import { expiredCheckout, notFound } from '../errors.ts';
import { within } from '../organizations/named.ts';
import { route } from '../route.ts';
import type { Services } from '../services.ts';

const tag = 'Checkouts';
const params = z.object({ id: z.uuid() });
const secret = z.object({ client_secret: z.string().min(1).max(200) });

export const listCheckouts = route({
  method: 'get',
  path: '/v1/checkouts/',
  summary: 'List checkout sessions',
  tag,
  scopes: ['checkouts:read', 'checkouts:write'],
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    product_id: oneOrMany(z.uuid()),
    customer_id: oneOrMany(z.uuid()),
    external_customer_id: oneOrMany(z.string()),
    status: oneOrMany(z.enum(['open', 'expired', 'confirmed', 'succeeded', 'failed'])),
    query: z.string().max(200).optional(),
    sorting: sorting(['created_at', 'expires_at', 'status'], [{ property: 'created_at', direction: 'desc' }]),
  }),
  response: paginated(CheckoutSchema),
  async handle({ query, organization, em, environment }) {
    const columns = { created_at: 'createdAt', expires_at: 'expiresAt', status: 'status' } as const;
    const where: FilterQuery<CheckoutRow> = within(organization, query.organization_id);
    if (query.product_id) where.product = { $in: query.product_id as ProductId[] };
    if (query.customer_id) where.customer = { $in: query.customer_id as CustomerId[] };
    if (query.external_customer_id) where.externalCustomerId = { $in: query.external_customer_id };
    if (query.status) where.status = { $in: query.status };
    if (query.query) where.customerEmail = containing(query.query);
    const [rows, total] = await em.findAndCount(Checkout, where, {
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...query.sorting.map(({ property, direction }) => ({ [columns[property]]: direction })), { id: 'asc' }],
    });
    const items = [];
    for (const row of rows) items.push(await merchantsView(em, environment, row));
    return page(items, total, query);
  },
});

export const createCheckoutRoute = route({
  method: 'post',
  path: '/v1/checkouts/',
  summary: 'Create a checkout session',
  description: 'Open for 24 hours. Send the buyer to its `url`.',
  tag,
  scopes: ['checkouts:write'],
  body: CheckoutCreate,
  response: CheckoutSchema,
  status: 201,
  async handle({ body, organization, em, environment, taxes }) {
    const opened = await createCheckout(em, { environment, taxes }, organization, body);
    return checkoutView(opened, { environment, at: opened.at });
  },
});

export const getCheckout = route({
  method: 'get',
  path: '/v1/checkouts/{id}',
  summary: 'Get a checkout session',
  tag,
  scopes: ['checkouts:read', 'checkouts:write'],
  params,
  response: CheckoutSchema,
  errors: [404],
  async handle({ params, organization, em, environment }) {
    return merchantsView(em, environment, await owned(em, organization, params.id));
  },
});

export const updateCheckout = route({
  method: 'patch',
  path: '/v1/checkouts/{id}',
  summary: 'Update a checkout session',
  tag,
  scopes: ['checkouts:write'],
  params,
  body: CheckoutUpdate,
  response: CheckoutSchema,
  errors: [403, 404],
  async handle({ params, body, organization, em, environment, taxes }) {
    const row = await owned(em, organization, params.id);
    await editCheckout(em, { environment, taxes }, { id: row.id, editor: 'merchant', change: body, at: now(row) });
    return merchantsView(em, environment, await owned(em, organization, params.id));
  },
});

export const getClientCheckout = route({
  method: 'get',
  path: '/v1/checkouts/client/{client_secret}',
  summary: 'Get a checkout session from the client',
  tag,
  auth: 'public',
  params: secret,
  response: CheckoutPublic,
  errors: [404, 410],
  async handle({ params, em, environment }) {
    const row = await bySecret(em, params.client_secret);
    if (row.status === 'expired' || (row.status === 'open' && row.expiresAt <= now(row))) throw expiredCheckout();
    return buyersView(em, environment, row);
  },
});

export const updateClientCheckout = route({
  method: 'patch',
  path: '/v1/checkouts/client/{client_secret}',
  summary: 'Update a checkout session from the client',
  tag,
  auth: 'public',
  params: secret,
  body: CheckoutUpdatePublic,
  response: CheckoutPublic,
  errors: [403, 404, 410, 429],
  async handle({ params, body, em, environment, taxes, request }) {
    const row = await bySecret(em, params.client_secret);
    const change = { ...body, ...placed(row, request) };
    await withinLimits(params.client_secret, request, body, () =>
      editCheckout(em, { environment, taxes }, { id: row.id, editor: 'buyer', change, at: now(row) }),
    );
    return buyersView(em, environment, await bySecret(em, params.client_secret));
  },
});

export const confirmClientCheckout = route({
  method: 'post',
  path: '/v1/checkouts/client/{client_secret}/confirm',
  summary: 'Confirm a checkout session from the client',
  description:
    'Pays, or sets up the card, behind the confirmation token. Answers once the outcome is known; where ' +
    '`payment_processor_metadata.intent_status` is `requires_action`, the buyer finishes it at their bank.',
  tag,
  auth: 'public',
  params: secret,
  body: CheckoutConfirm,
  response: CheckoutPublicConfirmed,
  errors: [400, 403, 404, 410, 429],
  async handle({ params, body, em, environment, taxes, workflows, request }) {
    const row = await bySecret(em, params.client_secret);
    const entered = { ...body, ...placed(row, request) };
    const token = await withinLimits(params.client_secret, request, body, () =>
      confirmCheckout(em, { environment, taxes, workflows }, row, entered, now(row)),
    );
    const confirmed = await bySecret(em, params.client_secret);
    const loaded = await loadCheckout(em, confirmed);
    return checkoutConfirmedView(loaded, { environment, at: now(confirmed) }, token);
  },
});

export const checkoutRoutes = [
  listCheckouts,
  createCheckoutRoute,
  getCheckout,
  updateCheckout,
  getClientCheckout,
  updateClientCheckout,
  confirmClientCheckout,
];

const populate = ['product', 'price', 'organization', 'customer.testClock'] as const;

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<CheckoutRow> {
  const row = await em.findOne(Checkout, { id: id as CheckoutId, organization }, { populate, refresh: true });
  if (row === null) throw notFound();
  return row;
}

async function bySecret(em: EntityManager, clientSecret: string): Promise<CheckoutRow> {
  const row = await em.findOne(Checkout, { clientSecret }, { populate, refresh: true });
  if (row === null) throw notFound();
  return row;
}

/** The buyer's address on the network, where the merchant has not named it. */
function placed({ customerIpAddress }: CheckoutRow, { ip }: { readonly ip: string | null }) {
  return customerIpAddress || ip === null ? {} : { customer_ip_address: plainAddress(ip) };
}

/** The present, as the checkout's customer lives it. */
const now = ({ customer }: CheckoutRow): Date => nowOf(customer ?? {}, new Date());

async function merchantsView(em: EntityManager, environment: Services['environment'], row: CheckoutRow) {
  const loaded = await loadCheckout(em, row);
  return checkoutView(loaded, { environment, at: now(row) });
}

async function buyersView(em: EntityManager, environment: Services['environment'], row: CheckoutRow) {
  const loaded = await loadCheckout(em, row);
  return checkoutPublicView(loaded, { environment, at: now(row) });
}
