/** What merchants sell. */
import { randomUUID } from 'node:crypto';
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { BenefitId, OrganizationId, ProductId } from '../../billing/ids.ts';
import { Benefit } from '../../db/entities/benefit.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import { emit } from '../../db/events.ts';
import { wantGrantsForProductChange } from '../../db/grants.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { carrying, containing } from '../../db/search.ts';
import { byPrice } from '../../db/sorting.ts';
import { PRODUCT_POPULATE, productView } from '../../db/views/product.ts';
import { WHOLE_TRIAL } from '../../schemas/intervals.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import {
  ProductBenefitsUpdate,
  ProductCreate,
  Product as ProductSchema,
  ProductUpdate,
  ProductVisibility,
} from '../../schemas/product.ts';
import { metadataFilter, oneOrMany, queryBoolean } from '../../schemas/query.ts';
import { invalid, notFound } from '../errors.ts';
import { refuseForeign, within } from '../organizations/named.ts';
import { attachFields } from '../products/attached-fields.ts';
import { askedMeterCycle } from '../products/meter-cycle.ts';
import { addPrice, refuseBadMeters, refuseBadPrices, replacePrices } from '../products/write.ts';
import { route } from '../route.ts';

const tag = 'Products';
const params = z.object({ id: z.uuid() });
const reading = ['products:read', 'products:write'] as const;

const filters = z.object({
  id: oneOrMany(z.uuid()),
  organization_id: oneOrMany(z.uuid()),
  query: z.string().max(200).optional(),
  is_archived: queryBoolean.optional(),
  is_recurring: queryBoolean.optional(),
  benefit_id: oneOrMany(z.uuid()),
  visibility: oneOrMany(ProductVisibility),
  metadata: metadataFilter,
});

type Direction = 'asc' | 'desc';

const SORTS = {
  created_at: (direction: Direction) => ({ createdAt: direction }),
  name: (direction: Direction) => ({ name: direction }),
  price_amount_type: (direction: Direction) => byPrice('amount_type', direction),
  price_amount: (direction: Direction) => byPrice('amount', direction),
} as const;

export const listProducts = route({
  method: 'get',
  path: '/v1/products/',
  summary: 'List products',
  tag,
  scopes: reading,
  query: Pagination.extend(filters.shape).extend({
    sorting: sorting(
      ['created_at', 'name', 'price_amount_type', 'price_amount'],
      [{ property: 'created_at', direction: 'desc' }],
    ),
  }),
  response: paginated(ProductSchema),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(Product, matching(organization, query), {
      populate: PRODUCT_POPULATE,
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...query.sorting.map(({ property, direction }) => SORTS[property](direction)), { id: 'asc' }],
    });
    return page(rows.map(productView), total, query);
  },
});

export const createProduct = route({
  method: 'post',
  path: '/v1/products/',
  summary: 'Create a product',
  description: 'Sold once, or every so many days, weeks, months or years: that stays. Prices may change.',
  tag,
  scopes: ['products:write'],
  body: ProductCreate,
  response: ProductSchema,
  status: 201,
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    refuseBadPrices(body.prices);
    await refuseBadMeters(em, organization, Boolean(body.recurring_interval), body.prices);
    const meterCycle = askedMeterCycle(body);
    return em.transactional(async (tx) => {
      const { at } = request;
      const row = tx.create(Product, {
        id: randomUUID() as ProductId,
        createdAt: at,
        organization,
        name: body.name,
        description: body.description ?? null,
        visibility: body.visibility,
        recurringInterval: body.recurring_interval ?? null,
        recurringIntervalCount: body.recurring_interval_count ?? null,
        ...meterCycle,
        trialInterval: body.trial_interval ?? null,
        trialIntervalCount: body.trial_interval_count ?? null,
        metadata: body.metadata,
      });
      for (const [position, price] of body.prices.entries()) addPrice(tx, row, price, position, at);
      await tx.flush();
      await attachFields(tx, row, body.attached_custom_fields);
      await tell(tx, row, 'product.created', at);
      return productView(row);
    });
  },
});

export const getProduct = route({
  method: 'get',
  path: '/v1/products/{id}',
  summary: 'Get a product',
  tag,
  scopes: reading,
  params,
  response: ProductSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return productView(await owned(em, organization, params.id));
  },
});

export const updateProduct = route({
  method: 'patch',
  path: '/v1/products/{id}',
  summary: 'Update a product',
  description: 'A changed price is for those who buy from now on; present subscribers stay on theirs.',
  tag,
  scopes: ['products:write'],
  params,
  body: ProductUpdate,
  response: ProductSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    if (body.prices) refuseBadPrices(body.prices);
    return em.transactional(async (tx) => {
      await lockRow(tx, Product, params.id as ProductId);
      const row = await owned(tx, organization, params.id);
      change(row, body);
      if (body.prices) await refuseBadMeters(tx, organization, Boolean(row.recurringInterval), body.prices);
      if (body.prices) await replacePrices(tx, row, body.prices, request.at);
      row.modifiedAt = request.at;
      await tx.flush();
      if (body.attached_custom_fields) await attachFields(tx, row, body.attached_custom_fields);
      await tell(tx, row, 'product.updated', request.at);
      return productView(row);
    });
  },
});

export const updateProductBenefits = route({
  method: 'post',
  path: '/v1/products/{id}/benefits',
  summary: 'Set a product’s benefits',
  description: 'Those who have the product get what is new, and lose what is gone.',
  tag,
  scopes: ['products:write'],
  params,
  body: ProductBenefitsUpdate,
  response: ProductSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    return retried(() =>
      em.transactional(async (tx) => {
        await lockRow(tx, Product, params.id as ProductId);
        const row = await owned(tx, organization, params.id);
        const ids = [...new Set(body.benefits)] as BenefitId[];
        const found = await tx.find(Benefit, { id: { $in: ids }, organization, deletedAt: null });
        const wanted = ids.map((id, index) => {
          const benefit = found.find((candidate) => candidate.id === id);
          if (benefit === undefined) throw invalid(['body', 'benefits', index], 'This benefit does not exist.');
          return benefit;
        });
        const before = row.benefits.getItems();
        row.benefits.set(wanted);
        row.modifiedAt = request.at;
        await tx.flush();
        const added = wanted.filter((benefit) => !before.includes(benefit));
        const removed = before.filter((benefit) => !wanted.includes(benefit));
        await wantGrantsForProductChange(tx, row, { added, removed }, request.at);
        await tell(tx, row, 'product.updated', request.at);
        return productView(row);
      }),
    );
  },
});

export const productRoutes = [listProducts, createProduct, getProduct, updateProduct, updateProductBenefits];

function change(row: ProductRow, body: z.output<typeof ProductUpdate>): void {
  const isOther = (wish: unknown, present: unknown) => wish !== undefined && wish !== (present ?? null);
  if (isOther(body.recurring_interval, row.recurringInterval)) {
    throw invalid(['body', 'recurring_interval'], 'The interval of a product stays; make another product.');
  }
  if (isOther(body.recurring_interval_count, row.recurringIntervalCount)) {
    throw invalid(['body', 'recurring_interval_count'], 'The interval of a product stays; make another product.');
  }
  for (const [field, present] of [
    ['meter_interval', row.meterInterval],
    ['meter_interval_count', row.meterIntervalCount],
  ] as const) {
    if (isOther(body[field], present))
      throw invalid(['body', field], 'The meter cycle of a product stays; make another product.');
  }
  if (body.name) row.name = body.name;
  if (body.description !== undefined) row.description = body.description;
  if (body.visibility) row.visibility = body.visibility;
  if (typeof body.is_archived === 'boolean') row.isArchived = body.is_archived;
  if (body.metadata) row.metadata = body.metadata;
  changeTrial(row, body);
}

/** A trial has an interval and a count; without the one it is without the other. */
function changeTrial(row: ProductRow, body: z.output<typeof ProductUpdate>): void {
  const { trial_interval: interval = row.trialInterval ?? null } = body;
  const { trial_interval_count: count = interval === null ? null : (row.trialIntervalCount ?? null) } = body;
  if ((interval === null) !== (count === null)) throw invalid(['body', 'trial_interval_count'], WHOLE_TRIAL.message);
  if (interval !== null && !row.recurringInterval) {
    throw invalid(['body', 'trial_interval'], 'What is sold once has no trial.');
  }
  row.trialInterval = interval;
  row.trialIntervalCount = count;
}

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<ProductRow> {
  const row = await em.findOne(Product, { id: id as ProductId, organization }, { populate: PRODUCT_POPULATE });
  if (row === null) throw notFound();
  return row as ProductRow;
}

function matching(organization: OrganizationId, query: z.output<typeof filters>): FilterQuery<ProductRow> {
  const and: FilterQuery<ProductRow>[] = [within(organization, query.organization_id)];
  if (query.id) and.push({ id: { $in: query.id as ProductId[] } });
  if (query.query) and.push({ name: containing(query.query) });
  if (query.is_archived !== undefined) and.push({ isArchived: query.is_archived });
  if (query.is_recurring !== undefined) and.push({ recurringInterval: query.is_recurring ? { $ne: null } : null });
  if (query.benefit_id) and.push({ benefits: { $some: { id: { $in: query.benefit_id as BenefitId[] } } } });
  if (query.visibility) and.push({ visibility: { $in: query.visibility } });
  and.push(...carrying<ProductRow>(query.metadata));
  return { $and: and };
}

function tell(
  em: EntityManager,
  row: ProductRow,
  type: 'product.created' | 'product.updated',
  at: Date,
): Promise<void> {
  return emit(em, { organizationId: row.organization.id, type, at, data: () => productView(row) });
}
