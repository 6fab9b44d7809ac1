/** What products give, and who holds it. */
import { randomUUID } from 'node:crypto';
import type { FilterQuery, QueryOrderMap } from '@mikro-orm/core';
import { z } from 'zod';
import type { BenefitId, CustomerId, MemberId, MeterId, OrganizationId } from '../../billing/ids.ts';
import { Benefit, type BenefitRow } from '../../db/entities/benefit.ts';
import { BenefitGrant, type BenefitGrantRow } from '../../db/entities/benefit-grant.ts';
import { Meter } from '../../db/entities/meter.ts';
import { emit } from '../../db/events.ts';
import { heldByAny } from '../../db/grant-holders.ts';
import { retryGrants, revokeBenefit } from '../../db/grants.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { carrying, containing } from '../../db/search.ts';
import { asListed } from '../../db/sorting.ts';
import { benefitView } from '../../db/views/benefit.ts';
import { GRANT_POPULATE, grantViews } from '../../db/views/benefit-grant.ts';
import { AnyBenefitType, BenefitCreate, Benefit as BenefitSchema, BenefitUpdate } from '../../schemas/benefit.ts';
import { BenefitGrant as BenefitGrantSchema } from '../../schemas/benefit-grant.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { metadataFilter, oneOrMany, queryBoolean } from '../../schemas/query.ts';
import { invalid, notFound } from '../errors.ts';
import { refuseForeign, within } from '../organizations/named.ts';
import { route } from '../route.ts';

const tag = 'Benefits';
const params = z.object({ id: z.uuid() });
const reading = ['benefits:read', 'benefits:write'] as const;

const filters = z.object({
  organization_id: oneOrMany(z.uuid()),
  type: oneOrMany(AnyBenefitType),
  id: oneOrMany(z.uuid()),
  exclude_id: oneOrMany(z.uuid()),
  query: z.string().max(200).optional(),
  metadata: metadataFilter,
});

type Direction = 'asc' | 'desc';

const SORTS = {
  created_at: (direction: Direction) => ({ createdAt: direction }),
  description: (direction: Direction) => ({ description: direction }),
  type: (direction: Direction) => ({ type: direction }),
  /** As the request itself lists them. */
  user_order: (direction: Direction, ids: readonly string[] = []) => asListed(ids, direction),
} as const;

export const listBenefits = route({
  method: 'get',
  path: '/v1/benefits/',
  summary: 'List benefits',
  tag,
  scopes: reading,
  query: Pagination.extend(filters.shape).extend({
    sorting: sorting(
      ['created_at', 'description', 'type', 'user_order'],
      [{ property: 'created_at', direction: 'desc' }],
    ),
  }),
  response: paginated(BenefitSchema),
  async handle({ query, organization, em }) {
    const orderBy = query.sorting.map(({ property, direction }) => SORTS[property](direction, query.id));
    const [rows, total] = await em.findAndCount(Benefit, matching(organization, query), {
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...orderBy, { id: 'asc' }],
    });
    return page(rows.map(benefitView), total, query);
  },
});

export const createBenefit = route({
  method: 'post',
  path: '/v1/benefits/',
  summary: 'Create a benefit',
  tag,
  scopes: ['benefits:write'],
  body: BenefitCreate,
  response: BenefitSchema,
  status: 201,
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    return em.transactional(async (tx) => {
      if (body.type === 'meter_credit') await refuseBadMeter(tx, organization, body.properties.meter_id);
      const row = tx.create(Benefit, {
        id: randomUUID() as BenefitId,
        createdAt: request.at,
        organization,
        type: body.type,
        description: body.description,
        properties: body.properties,
        metadata: body.metadata,
        visibility: body.visibility ?? 'public',
      });
      await tx.flush();
      await tell(tx, row, 'benefit.created', request.at);
      return benefitView(row);
    });
  },
});

async function refuseBadMeter(em: EntityManager, organization: OrganizationId, id: string): Promise<void> {
  const meter = await em.findOne(Meter, { id: id as MeterId, organization, archivedAt: null });
  if (meter === null) {
    throw invalid(['body', 'properties', 'meter_id'], 'This meter does not exist or is archived.');
  }
}

export const getBenefit = route({
  method: 'get',
  path: '/v1/benefits/{id}',
  summary: 'Get a benefit',
  tag,
  scopes: reading,
  params,
  response: BenefitSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return benefitView(await owned(em, organization, params.id));
  },
});

export const updateBenefit = route({
  method: 'patch',
  path: '/v1/benefits/{id}',
  summary: 'Update a benefit',
  tag,
  scopes: ['benefits:write'],
  params,
  body: BenefitUpdate,
  response: BenefitSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    return retried(() =>
      em.transactional(async (tx) => {
        await lockRow(tx, Benefit, params.id as BenefitId);
        const row = await owned(tx, organization, params.id);
        if (row.type !== body.type) throw invalid(['body', 'type'], 'The type of a benefit stays.');
        if (body.type === 'meter_credit' && body.properties && body.properties.meter_id !== row.properties.meter_id) {
          throw invalid(['body', 'properties', 'meter_id'], 'What is credited so far is on its meter: that stays.');
        }
        if (body.description) row.description = body.description;
        if (body.visibility) row.visibility = body.visibility;
        if (body.metadata) row.metadata = body.metadata;
        if (body.properties) row.properties = { ...row.properties, ...body.properties };
        row.modifiedAt = request.at;
        await tx.flush();
        await retryGrants(tx, row, request.at);
        await tell(tx, row, 'benefit.updated', request.at);
        return benefitView(row);
      }),
    );
  },
});

export const deleteBenefit = route({
  method: 'delete',
  path: '/v1/benefits/{id}',
  summary: 'Delete a benefit',
  description: 'Whoever holds it loses it.',
  tag,
  scopes: ['benefits:write'],
  params,
  response: z.void(),
  status: 204,
  errors: [404],
  async handle({ params, organization, em, request }) {
    await retried(() =>
      em.transactional(async (tx) => {
        await lockRow(tx, Benefit, params.id as BenefitId);
        const row = await owned(tx, organization, params.id);
        row.deletedAt = request.at;
        row.modifiedAt = request.at;
        await tx.flush();
        await revokeBenefit(tx, row, request.at);
        await tell(tx, row, 'benefit.updated', request.at);
      }),
    );
  },
});

const grantFilters = z.object({
  is_granted: queryBoolean.optional(),
  customer_id: oneOrMany(z.uuid()),
  member_id: oneOrMany(z.uuid()),
});

export const listGrantsOfBenefit = route({
  method: 'get',
  path: '/v1/benefits/{id}/grants',
  summary: 'List a benefit’s grants',
  tag,
  scopes: reading,
  params,
  query: Pagination.extend(grantFilters.shape),
  response: paginated(BenefitGrantSchema),
  errors: [404],
  async handle({ params, query, organization, em }) {
    const benefit = await owned(em, organization, params.id);
    return grants(em, [{ benefit: benefit.id }], query, [{ createdAt: 'desc' }]);
  },
});

const GRANT_COLUMNS = { created_at: 'createdAt', granted_at: 'grantedAt', revoked_at: 'revokedAt' } as const;

export const listGrants = route({
  method: 'get',
  path: '/v1/benefit-grants/',
  summary: 'List benefit grants',
  tag,
  scopes: reading,
  query: Pagination.extend(grantFilters.shape).extend({
    organization_id: oneOrMany(z.uuid()),
    external_customer_id: oneOrMany(z.string()),
    sorting: sorting(['created_at', 'granted_at', 'revoked_at'], [{ property: 'created_at', direction: 'desc' }]),
  }),
  response: paginated(BenefitGrantSchema),
  async handle({ query, organization, em }) {
    const where: FilterQuery<BenefitGrantRow>[] = [{ benefit: within(organization, query.organization_id) }];
    if (query.external_customer_id) where.push({ customer: { externalId: { $in: query.external_customer_id } } });
    const orderBy = query.sorting.map(({ property, direction }) => ({ [GRANT_COLUMNS[property]]: direction }));
    return grants(em, where, query, orderBy);
  },
});

export const benefitRoutes = [
  listBenefits,
  createBenefit,
  getBenefit,
  updateBenefit,
  deleteBenefit,
  listGrantsOfBenefit,
  listGrants,
];

async function grants(
  em: EntityManager,
  where: FilterQuery<BenefitGrantRow>[],
  query: z.output<typeof grantFilters> & Pagination,
  orderBy: QueryOrderMap<BenefitGrantRow>[],
) {
  const and = [...where];
  if (query.is_granted === true) and.push({ grantedAt: { $ne: null }, revokedAt: null });
  if (query.is_granted === false) and.push({ $or: [{ grantedAt: null }, { revokedAt: { $ne: null } }] });
  if (query.customer_id) and.push({ customer: { $in: query.customer_id as CustomerId[] } });
  if (query.member_id) and.push(heldByAny(em, query.member_id as MemberId[]));
  const [rows, total] = await em.findAndCount(
    BenefitGrant,
    { $and: and },
    {
      populate: GRANT_POPULATE,
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
      orderBy: [...orderBy, { id: 'asc' }],
    },
  );
  return page(await grantViews(em, rows as BenefitGrantRow[]), total, query);
}

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<BenefitRow> {
  const row = await em.findOne(Benefit, { id: id as BenefitId, organization, deletedAt: null });
  if (row === null) throw notFound();
  return row;
}

function matching(organization: OrganizationId, query: z.output<typeof filters>): FilterQuery<BenefitRow> {
  const and: FilterQuery<BenefitRow>[] = [{ ...within(organization, query.organization_id), deletedAt: null }];
  if (query.type) and.push({ type: { $in: query.type } });
  if (query.id) and.push({ id: { $in: query.id as BenefitId[] } });
  if (query.exclude_id) and.push({ id: { $nin: query.exclude_id as BenefitId[] } });
  if (query.query) and.push({ description: containing(query.query) });
  and.push(...carrying<BenefitRow>(query.metadata));
  return { $and: and };
}

function tell(
  em: EntityManager,
  row: BenefitRow,
  type: 'benefit.created' | 'benefit.updated',
  at: Date,
): Promise<void> {
  return emit(em, { organizationId: row.organization.id, type, at, data: () => benefitView(row) });
}
