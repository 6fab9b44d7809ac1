/** What merchants take off. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { DiscountId, OrganizationId } from '../../billing/ids.ts';
import { Discount, type DiscountRow } from '../../db/entities/discount.ts';
import { emit } from '../../db/events.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import { DISCOUNT_POPULATE, discountView } from '../../db/views/discount.ts';
import { DiscountCreate, Discount as DiscountSchema, DiscountUpdate } from '../../schemas/discount.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { addDiscount, changeDiscount, flushCode } from '../discounts/write.ts';
import { notFound } from '../errors.ts';
import { refuseForeign, within } from '../organizations/named.ts';
import { route } from '../route.ts';

const tag = 'Discounts';
const params = z.object({ id: z.uuid() });
const reading = ['discounts:read', 'discounts:write'] as const;

const COLUMNS = {
  created_at: 'createdAt',
  name: 'name',
  code: 'code',
  redemptions_count: 'redemptionsCount',
  ends_at: 'endsAt',
} as const;

export const listDiscounts = route({
  method: 'get',
  path: '/v1/discounts/',
  summary: 'List discounts',
  tag,
  scopes: reading,
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    query: z.string().max(200).optional().describe('Keeps those whose name or code holds this text.'),
    sorting: sorting(
      ['created_at', 'name', 'code', 'redemptions_count', 'ends_at'],
      [{ property: 'created_at', direction: 'desc' }],
    ),
  }),
  response: paginated(DiscountSchema),
  async handle({ query, organization, em }) {
    const and: FilterQuery<DiscountRow>[] = [within(organization, query.organization_id), { deletedAt: null }];
    if (query.query) and.push({ $or: [{ name: containing(query.query) }, { code: containing(query.query) }] });
    const [rows, total] = await em.findAndCount(
      Discount,
      { $and: and },
      {
        populate: DISCOUNT_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [
          ...query.sorting.map(({ property, direction }) => ({ [COLUMNS[property]]: direction })),
          { id: 'asc' },
        ],
      },
    );
    return page(
      rows.map((row) => discountView(row as DiscountRow)),
      total,
      query,
    );
  },
});

export const createDiscount = route({
  method: 'post',
  path: '/v1/discounts/',
  summary: 'Create a discount',
  description: 'A share or an amount off the whole order: of the first one, of all within some months, or of all.',
  tag,
  scopes: ['discounts:write'],
  body: DiscountCreate,
  response: DiscountSchema,
  status: 201,
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    return em.transactional(async (tx) => {
      const row = await addDiscount(tx, organization, body, request.at);
      await flushCode(tx);
      await tell(tx, row, 'discount.created', request.at);
      return discountView(row);
    });
  },
});

export const getDiscount = route({
  method: 'get',
  path: '/v1/discounts/{id}',
  summary: 'Get a discount',
  tag,
  scopes: reading,
  params,
  response: DiscountSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return discountView(await owned(em, organization, params.id));
  },
});

export const updateDiscount = route({
  method: 'patch',
  path: '/v1/discounts/{id}',
  summary: 'Update a discount',
  description: 'What it takes off, and for how long, can be changed until somebody has redeemed it.',
  tag,
  scopes: ['discounts:write'],
  params,
  body: DiscountUpdate,
  response: DiscountSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    return em.transactional(async (tx) => {
      await lockRow(tx, Discount, params.id as DiscountId);
      const row = await owned(tx, organization, params.id);
      await changeDiscount(tx, row, body);
      row.modifiedAt = request.at;
      await flushCode(tx);
      await tell(tx, row, 'discount.updated', request.at);
      return discountView(row);
    });
  },
});

export const deleteDiscount = route({
  method: 'delete',
  path: '/v1/discounts/{id}',
  summary: 'Delete a discount',
  description: 'Nobody can redeem it any more, and its code is free again. Those who have redeemed it keep it.',
  tag,
  scopes: ['discounts:write'],
  params,
  response: z.void(),
  status: 204,
  errors: [404],
  async handle({ params, organization, em, request }) {
    await em.transactional(async (tx) => {
      await lockRow(tx, Discount, params.id as DiscountId);
      const row = await owned(tx, organization, params.id);
      row.deletedAt = request.at;
      row.modifiedAt = request.at;
      await tx.flush();
      await tell(tx, row, 'discount.deleted', request.at);
    });
  },
});

export const discountRoutes = [listDiscounts, createDiscount, getDiscount, updateDiscount, deleteDiscount];

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<DiscountRow> {
  const row = await em.findOne(
    Discount,
    { id: id as DiscountId, organization, deletedAt: null },
    { populate: DISCOUNT_POPULATE, refresh: true },
  );
  if (row === null) throw notFound();
  return row as DiscountRow;
}

function tell(
  em: EntityManager,
  row: DiscountRow,
  type: 'discount.created' | 'discount.updated' | 'discount.deleted',
  at: Date,
): Promise<void> {
  return emit(em, { organizationId: row.organization.id, type, at, data: () => discountView(row) });
}
