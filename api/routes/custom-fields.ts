/** What merchants ask their buyers for, besides name and address. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CustomFieldId, OrganizationId } from '../../billing/ids.ts';
import { CustomField, type CustomFieldRow } from '../../db/entities/custom-field.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import { customFieldView } from '../../db/views/custom-field.ts';
import {
  CustomFieldCreate,
  CustomField as CustomFieldSchema,
  CustomFieldType,
  CustomFieldUpdate,
} from '../../schemas/custom-field.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { addCustomField, changeCustomField, deleteCustomField } from '../custom-fields/write.ts';
import { notFound } from '../errors.ts';
import { refuseForeign, within } from '../organizations/named.ts';
import { nothing } from '../replies.ts';
import { route } from '../route.ts';

const tag = 'Custom fields';
const params = z.object({ id: z.uuid() });
const reading = ['custom_fields:read', 'custom_fields:write'] as const;

const COLUMNS = { created_at: 'createdAt', slug: 'slug', name: 'name', type: 'type' } as const;

export const listCustomFields = route({
  method: 'get',
  path: '/v1/custom-fields/',
  summary: 'List custom fields',
  tag,
  scopes: reading,
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    query: z.string().max(200).optional().describe('Keeps those whose name or slug holds this text.'),
    type: oneOrMany(CustomFieldType),
    sorting: sorting(['created_at', 'slug', 'name', 'type'], [{ property: 'slug', direction: 'asc' }]),
  }),
  response: paginated(CustomFieldSchema),
  async handle({ query, organization, em }) {
    const and: FilterQuery<CustomFieldRow>[] = [within(organization, query.organization_id), { deletedAt: null }];
    if (query.query) and.push({ $or: [{ name: containing(query.query) }, { slug: containing(query.query) }] });
    if (query.type) and.push({ type: { $in: query.type } });
    const [rows, total] = await em.findAndCount(
      CustomField,
      { $and: and },
      {
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [
          ...query.sorting.map(({ property, direction }) => ({ [COLUMNS[property]]: direction })),
          { id: 'asc' },
        ],
      },
    );
    return page(rows.map(customFieldView), total, query);
  },
});

export const createCustomField = route({
  method: 'post',
  path: '/v1/custom-fields/',
  summary: 'Create a custom field',
  description: 'Buyers are asked for it once a product has it in its `attached_custom_fields`.',
  tag,
  scopes: ['custom_fields:write'],
  body: CustomFieldCreate,
  response: CustomFieldSchema,
  status: 201,
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    return customFieldView(await addCustomField(em, organization, body, request.at));
  },
});

export const getCustomField = route({
  method: 'get',
  path: '/v1/custom-fields/{id}',
  summary: 'Get a custom field',
  tag,
  scopes: reading,
  params,
  response: CustomFieldSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return customFieldView(await owned(em, organization, params.id));
  },
});

export const updateCustomField = route({
  method: 'patch',
  path: '/v1/custom-fields/{id}',
  summary: 'Update a custom field',
  description: 'With the slug the keys change under which checkouts, orders and subscriptions keep its values.',
  tag,
  scopes: ['custom_fields:write'],
  params,
  body: CustomFieldUpdate,
  response: CustomFieldSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    return em.transactional(async (tx) => {
      await lockRow(tx, CustomField, params.id as CustomFieldId);
      const row = await owned(tx, organization, params.id);
      await changeCustomField(tx, row, body, request.at);
      return customFieldView(row);
    });
  },
});

export const deleteCustomFieldRoute = route({
  method: 'delete',
  path: '/v1/custom-fields/{id}',
  summary: 'Delete a custom field',
  description: 'Products no longer ask for it. What buyers have entered stays.',
  tag,
  scopes: ['custom_fields:write'],
  params,
  response: nothing,
  status: 204,
  errors: [404],
  async handle({ params, organization, em, request }) {
    await em.transactional(async (tx) => {
      await lockRow(tx, CustomField, params.id as CustomFieldId);
      await deleteCustomField(tx, await owned(tx, organization, params.id), request.at);
    });
  },
});

export const customFieldRoutes = [
  listCustomFields,
  createCustomField,
  getCustomField,
  updateCustomField,
  deleteCustomFieldRoute,
];

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<CustomFieldRow> {
  const row = await em.findOne(CustomField, { id: id as CustomFieldId, organization, deletedAt: null });
  if (row === null) throw notFound();
  return row;
}
