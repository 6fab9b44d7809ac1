/** Checkout links, as merchants make them. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CheckoutLinkId, OrganizationId, ProductId } from '../../billing/ids.ts';
import { CheckoutLink, type CheckoutLinkRow } from '../../db/entities/checkout-link.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { CHECKOUT_LINK_POPULATE, checkoutLinkView } from '../../db/views/checkout-link.ts';
import {
  CheckoutLinkCreate,
  CheckoutLink as CheckoutLinkSchema,
  CheckoutLinkUpdate,
} from '../../schemas/checkout-link.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { addCheckoutLink, changeCheckoutLink } from '../checkout-links/write.ts';
import { notFound } from '../errors.ts';
import { within } from '../organizations/named.ts';
import { nothing } from '../replies.ts';
import { route } from '../route.ts';

const tag = 'Checkout links';
const params = z.object({ id: z.uuid() });
const reading = ['checkout_links:read', 'checkout_links:write'] as const;

const COLUMNS = {
  created_at: 'createdAt',
  label: 'label',
  success_url: 'successUrl',
  allow_discount_codes: 'allowDiscountCodes',
} as const;

export const listCheckoutLinks = route({
  method: 'get',
  path: '/v1/checkout-links/',
  summary: 'List checkout links',
  tag,
  scopes: reading,
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    product_id: oneOrMany(z.uuid()),
    sorting: sorting(
      ['created_at', 'label', 'success_url', 'allow_discount_codes'],
      [{ property: 'created_at', direction: 'desc' }],
    ),
  }),
  response: paginated(CheckoutLinkSchema),
  async handle({ query, organization, em, environment }) {
    const where: FilterQuery<CheckoutLinkRow> = { ...within(organization, query.organization_id), deletedAt: null };
    if (query.product_id) where.products = { $some: { id: { $in: query.product_id as ProductId[] } } };
    const [rows, total] = await em.findAndCount(CheckoutLink, where, {
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...query.sorting.map(({ property, direction }) => ({ [COLUMNS[property]]: direction })), { id: 'asc' }],
    });
    await em.populate(rows, CHECKOUT_LINK_POPULATE);
    return page(
      rows.map((row) => checkoutLinkView(row as CheckoutLinkRow, environment)),
      total,
      query,
    );
  },
});

export const createCheckoutLink = route({
  method: 'post',
  path: '/v1/checkout-links/',
  summary: 'Create a checkout link',
  description: 'Its `url` can be put anywhere, and never expires: each visit opens a checkout.',
  tag,
  scopes: ['checkout_links:write'],
  body: CheckoutLinkCreate,
  response: CheckoutLinkSchema,
  status: 201,
  async handle({ body, organization, em, environment, request }) {
    const { id } = await em.transactional((tx) => addCheckoutLink(tx, organization, body, request.at));
    return checkoutLinkView(await owned(em, organization, id), environment);
  },
});

export const getCheckoutLink = route({
  method: 'get',
  path: '/v1/checkout-links/{id}',
  summary: 'Get a checkout link',
  tag,
  scopes: reading,
  params,
  response: CheckoutLinkSchema,
  errors: [404],
  async handle({ params, organization, em, environment }) {
    return checkoutLinkView(await owned(em, organization, params.id), environment);
  },
});

export const updateCheckoutLink = route({
  method: 'patch',
  path: '/v1/checkout-links/{id}',
  summary: 'Update a checkout link',
  description: 'For visits from now on; checkouts that it has opened stay as they are.',
  tag,
  scopes: ['checkout_links:write'],
  params,
  body: CheckoutLinkUpdate,
  response: CheckoutLinkSchema,
  errors: [404],
  async handle({ params, body, organization, em, environment, request }) {
    await em.transactional(async (tx) => {
      await lockRow(tx, CheckoutLink, params.id as CheckoutLinkId);
      const row = await owned(tx, organization, params.id);
      await changeCheckoutLink(tx, row, body);
      row.modifiedAt = request.at;
    });
    return checkoutLinkView(await owned(em, organization, params.id), environment);
  },
});

export const deleteCheckoutLink = route({
  method: 'delete',
  path: '/v1/checkout-links/{id}',
  summary: 'Delete a checkout link',
  description: 'Visitors are told that it is gone. Checkouts that it has opened can still be paid.',
  tag,
  scopes: ['checkout_links:write'],
  params,
  response: nothing,
  status: 204,
  errors: [404],
  async handle({ params, organization, em, request }) {
    await em.transactional(async (tx) => {
      const row = await owned(tx, organization, params.id);
      row.deletedAt = request.at;
      row.modifiedAt = request.at;
    });
  },
});

export const checkoutLinkRoutes = [
  listCheckoutLinks,
  createCheckoutLink,
  getCheckoutLink,
  updateCheckoutLink,
  deleteCheckoutLink,
];

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<CheckoutLinkRow> {
  const row = await em.findOne(
    CheckoutLink,
    { id: id as CheckoutLinkId, organization, deletedAt: null },
    { populate: CHECKOUT_LINK_POPULATE, refresh: true },
  );
  if (row === null) throw notFound();
  return row as CheckoutLinkRow;
}
