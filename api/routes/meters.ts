/** What merchants count. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { MeterId, OrganizationId } from '../../billing/ids.ts';
import { Meter, type MeterRow } from '../../db/entities/meter.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { carrying, containing } from '../../db/search.ts';
import { meterViews } from '../../db/views/meter.ts';
import { MeterCreate, MeterQuantities, Meter as MeterSchema, MeterUpdate } from '../../schemas/meter.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { metadataFilter, oneOrMany, queryBoolean } from '../../schemas/query.ts';
import { notFound } from '../errors.ts';
import { QuantitiesQuery, quantitiesOf } from '../meters/quantities.ts';
import { addMeter, changeMeter, holdEvents, isCounting } from '../meters/write.ts';
import { refuseForeign, within } from '../organizations/named.ts';
import { route } from '../route.ts';

const tag = 'Meters';
const params = z.object({ id: z.uuid() });
const reading = ['meters:read', 'meters:write'] as const;

const COLUMNS = { created_at: 'createdAt', name: 'name' } as const;

export const listMeters = route({
  method: 'get',
  path: '/v1/meters/',
  summary: 'List meters',
  tag,
  scopes: reading,
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    query: z.string().max(200).optional().describe('Keeps those whose name holds this text.'),
    is_archived: queryBoolean.optional(),
    metadata: metadataFilter,
    sorting: sorting(['created_at', 'name'], [{ property: 'created_at', direction: 'desc' }]),
  }),
  response: paginated(MeterSchema),
  async handle({ query, organization, em }) {
    const and: FilterQuery<MeterRow>[] = [
      within(organization, query.organization_id),
      ...carrying<MeterRow>(query.metadata),
    ];
    if (query.query) and.push({ name: containing(query.query) });
    if (query.is_archived !== undefined) and.push({ archivedAt: query.is_archived ? { $ne: null } : null });
    const [rows, total] = await em.findAndCount(
      Meter,
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
    return page(await meterViews(em, rows), total, query);
  },
});

export const createMeter = route({
  method: 'post',
  path: '/v1/meters/',
  summary: 'Create a meter',
  description:
    'It counts what comes in from now on at once. What came in before is counted within moments; `backfill` tells how far it is.',
  tag,
  scopes: ['meters:write'],
  body: MeterCreate,
  response: MeterSchema,
  status: 201,
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    return em.transactional(async (tx) => {
      await holdEvents(tx);
      return viewOf(tx, await addMeter(tx, organization, body, request.at));
    });
  },
});

export const getMeter = route({
  method: 'get',
  path: '/v1/meters/{id}',
  summary: 'Get a meter',
  tag,
  scopes: reading,
  params,
  response: MeterSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    return viewOf(em, await ownedMeter(em, organization, params.id));
  },
});

export const updateMeter = route({
  method: 'patch',
  path: '/v1/meters/{id}',
  summary: 'Update a meter',
  description:
    'What it counts can be changed until it has counted something. An archived meter counts nothing; brought back, it ' +
    'goes on from there, without what came in meanwhile.',
  tag,
  scopes: ['meters:write'],
  params,
  body: MeterUpdate,
  response: MeterSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    return em.transactional(async (tx) => {
      if (isCounting(body)) await holdEvents(tx);
      await lockRow(tx, Meter, params.id as MeterId);
      const row = await ownedMeter(tx, organization, params.id);
      await changeMeter(tx, row, body, request.at);
      return viewOf(tx, row);
    });
  },
});

export const getMeterQuantities = route({
  method: 'get',
  path: '/v1/meters/{id}/quantities',
  summary: 'Get a meter’s quantities',
  description: 'By the events’ own time, whether or not the meter was there then. Where nothing happened there is a 0.',
  tag,
  scopes: reading,
  params,
  query: QuantitiesQuery,
  response: MeterQuantities,
  errors: [404],
  async handle({ params, query, organization, em, eventStore }) {
    return quantitiesOf({ em, eventStore }, await ownedMeter(em, organization, params.id), query);
  },
});

export const meterRoutes = [listMeters, createMeter, getMeter, updateMeter, getMeterQuantities];

export async function ownedMeter(em: EntityManager, organization: OrganizationId, id: string): Promise<MeterRow> {
  const row = await em.findOne(Meter, { id: id as MeterId, organization }, { refresh: true });
  if (row === null) throw notFound();
  return row;
}

async function viewOf(em: EntityManager, row: MeterRow): Promise<z.output<typeof MeterSchema>> {
  const [view] = await meterViews(em, [row]);
  if (view === undefined) throw notFound();
  return view;
}
