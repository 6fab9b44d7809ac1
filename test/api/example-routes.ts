/** Routes of no product: one for each thing that the routes' mechanism does. */

import { ServiceError } from '@temporalio/client';
import { z } from 'zod';
import { notPermitted } from '../../api/errors.ts';
import { csv, nothing, passage, raw } from '../../api/replies.ts';
import { type Route, route } from '../../api/route.ts';
import { Metadata, MetadataInput } from '../../schemas/metadata.ts';
import { Pagination, paginated, sorting } from '../../schemas/pagination.ts';
import { minorUnits } from '../../schemas/primitives.ts';
import { metadataFilter, oneOrMany, queryBoolean } from '../../schemas/query.ts';

const Thing = z
  .object({ id: z.uuid(), name: z.string(), amount: z.int(), metadata: Metadata })
  .meta({ id: 'TestThing' });
const ThingCreate = z.object({
  name: z.string().trim().min(1).max(64),
  amount: minorUnits,
  metadata: MetadataInput.default({}),
  kind: z
    .discriminatedUnion('type', [z.object({ type: z.literal('a'), a: z.int() }), z.object({ type: z.literal('b') })])
    .optional(),
});
export const ID = '6f0d4b3e-3f43-4d5b-9e3b-6b1f0f5b8f11';
const DATE = new Date('2027-03-01T00:00:00Z');

export const routes: readonly Route[] = [
  route({
    method: 'get',
    path: '/v1/things/{id}',
    summary: 'Get a thing',
    tag: 'Things',
    auth: 'public',
    params: z.object({ id: z.uuid() }),
    response: Thing,
    errors: [404],
    handle: ({ params }) => ({ id: params.id, name: 'Ada', amount: 1, metadata: {} }),
  }),
  route({
    method: 'get',
    path: '/v1/things/export',
    summary: 'Export things',
    tag: 'Things',
    auth: 'public',
    response: csv,
    handle: () => ({
      filename: 'things.csv',
      columns: ['name', 'amount'],
      rows: [
        ['=1+1', 2],
        ['a,"b"', null],
      ],
    }),
  }),
  route({
    method: 'get',
    path: '/v1/things/',
    summary: 'List things',
    tag: 'Things',
    auth: 'public',
    query: Pagination.extend({
      id: oneOrMany(z.uuid()),
      is_big: queryBoolean.optional(),
      sorting: sorting(['created_at', 'name'], [{ property: 'created_at', direction: 'desc' }]),
      metadata: metadataFilter,
    }),
    response: paginated(z.looseObject({})),
    handle: ({ query }) => ({ items: [{ ...query }], pagination: { total_count: 1, max_page: 1 } }),
  }),
  route({
    method: 'post',
    path: '/v1/things/',
    summary: 'Create a thing',
    tag: 'Things',
    auth: 'public',
    body: ThingCreate,
    response: Thing,
    status: 201,
    handle: ({ body }) => ({ id: ID, name: body.name, amount: body.amount, metadata: body.metadata }),
  }),
  route({
    method: 'delete',
    path: '/v1/things/{id}',
    summary: 'Delete a thing',
    tag: 'Things',
    auth: 'public',
    params: z.object({ id: z.uuid() }),
    response: nothing,
    status: 204,
    errors: [403],
    handle({ params }) {
      if (params.id === ID) throw notPermitted('This one stays.');
    },
  }),
  route({
    method: 'post',
    path: '/v1/raw',
    summary: 'Count bytes',
    tag: 'Raw',
    auth: 'public',
    body: raw,
    response: z.object({ bytes: z.int() }),
    handle: ({ body }) => ({ bytes: body.byteLength }),
  }),
  route({
    method: 'post',
    path: '/v1/away',
    summary: 'Ask a process, of which nothing is heard',
    tag: 'Raw',
    auth: 'public',
    response: nothing,
    status: 204,
    handle() {
      throw new ServiceError('no connection');
    },
  }),
  route({
    method: 'get',
    path: '/v1/elsewhere',
    summary: 'Leave',
    tag: 'Raw',
    auth: 'public',
    response: passage,
    handle: () => ({ to: 'https://example.com/there' }),
  }),
  route({
    method: 'get',
    path: '/v1/broken',
    summary: 'Fail',
    tag: 'Raw',
    auth: 'public',
    response: z.object({ ok: z.boolean() }),
    handle() {
      throw new Error('secret of the house');
    },
  }),
  route({
    method: 'get',
    path: '/v1/misshapen',
    summary: 'Answer in a wrong shape',
    tag: 'Raw',
    auth: 'public',
    response: z.object({ at: z.iso.datetime() }),
    handle: () => ({ at: 'yesterday' }),
  }),
  route({
    method: 'get',
    path: '/v1/owned',
    summary: 'Needs a token',
    tag: 'Raw',
    scopes: ['products:read', 'products:write'],
    response: z.object({ organization: z.string() }),
    handle: ({ organization }) => ({ organization }),
  }),
  route({
    method: 'get',
    path: '/v1/customer-portal/mine',
    summary: 'Needs a session',
    tag: 'Raw',
    auth: 'customer',
    response: z.object({ id: z.string() }),
    handle: ({ customer }) => ({ id: customer.id }),
  }),
  route({
    method: 'post',
    path: '/v1/operate',
    summary: 'Needs the operator',
    tag: 'Raw',
    auth: 'operator',
    response: z.object({ at: z.iso.datetime() }),
    handle: ({ request }) => ({ at: (request.at > DATE ? DATE : request.at).toISOString() }),
  }),
];
