/** A customer's members, by our ids and by the merchant's own: each route of one customer exists in both forms. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { CustomerId } from '../../billing/ids.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import { Member, type MemberRow } from '../../db/entities/member.ts';
import { memberView } from '../../db/views/member.ts';
import { MemberCreateFromCustomer, MemberRole, Member as MemberSchema, MemberUpdate } from '../../schemas/member.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { type CustomerRef, ownedCustomer } from '../customers/find.ts';
import { notPermitted } from '../errors.ts';
import { type MemberRef, memberOf } from '../members/find.ts';
import { addMember, changeMember, removeMember } from '../members/write.ts';
import { type Route, route } from '../route.ts';

const tag = 'Members';
const reading = ['members:read', 'members:write'] as const;

export const listMembers = route({
  method: 'get',
  path: '/v1/members/',
  summary: 'List members',
  tag,
  scopes: reading,
  query: Pagination.extend({
    customer_id: z.uuid().optional(),
    external_customer_id: z.string().max(256).optional(),
    role: MemberRole.optional(),
    sorting: sorting(['created_at'], [{ property: 'created_at', direction: 'desc' }]),
  }),
  response: paginated(MemberSchema),
  async handle({ query, organization, em }) {
    const customers = { organization, deletedAt: null };
    const and: FilterQuery<MemberRow>[] = [{ customer: customers, deletedAt: null }];
    if (query.customer_id) and.push({ customer: query.customer_id as CustomerId });
    if (query.external_customer_id) and.push({ customer: { externalId: query.external_customer_id } });
    if (query.role) and.push({ role: query.role });
    const [rows, total] = await em.findAndCount(
      Member,
      { $and: and },
      {
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [...query.sorting.map(({ direction }) => ({ createdAt: direction })), { id: 'asc' }],
      },
    );
    return page((rows as MemberRow[]).map(memberView), total, query);
  },
});

/** The routes of one customer's members, under a path that names both by `one`. */
function ofOneCustomer<Many extends z.ZodType<CustomerRef>, One extends z.ZodType<CustomerRef & MemberRef>>(
  path: '/v1/customers/{id}/members' | '/v1/customers/external/{external_id}/members',
  place: '{member_id}' | '{member_external_id}',
  how: string,
  { many, one }: { readonly many: Many; readonly one: One },
): Route[] {
  return [
    route({
      method: 'post',
      path,
      summary: `Add a member${how}`,
      description: 'To a team. Who has the address already is answered as they are.',
      tag,
      scopes: ['members:write'],
      params: many,
      body: MemberCreateFromCustomer,
      response: MemberSchema,
      status: 201,
      errors: [403, 404],
      async handle({ params, body, organization, em, request }) {
        const customer = await ownedCustomer(em, organization, params);
        refuseIndividual(customer);
        return memberView(await addMember(em, customer, body, request.at));
      },
    }),
    route({
      method: 'get',
      path: `${path}/${place}`,
      summary: `Get a member${how}`,
      tag,
      scopes: reading,
      params: one,
      response: MemberSchema,
      errors: [404],
      async handle({ params, organization, em }) {
        const customer = await ownedCustomer(em, organization, params);
        return memberView(await memberOf(em, customer.id, params));
      },
    }),
    route({
      method: 'patch',
      path: `${path}/${place}`,
      summary: `Update a member${how}`,
      tag,
      scopes: ['members:write'],
      params: one,
      body: MemberUpdate,
      response: MemberSchema,
      errors: [404],
      async handle({ params, body, organization, em, request }) {
        const customer = await ownedCustomer(em, organization, params);
        const member = await memberOf(em, customer.id, params);
        return memberView(await changeMember(em, customer, member, body, request.at));
      },
    }),
    route({
      method: 'delete',
      path: `${path}/${place}`,
      summary: `Delete a member${how}`,
      description: 'Their seats are free again, and what they held by them is revoked. The owner stays.',
      tag,
      scopes: ['members:write'],
      params: one,
      response: z.void(),
      status: 204,
      errors: [404],
      async handle({ params, organization, em, request }) {
        const customer = await ownedCustomer(em, organization, params);
        await removeMember(em, customer, await memberOf(em, customer.id, params), request.at);
      },
    }),
  ];
}

export function refuseIndividual(customer: CustomerRow): void {
  if (customer.type === 'team') return;
  throw notPermitted('This customer is an individual; make it a team, or sell it seats, to add members.');
}

const externalId = z.string().min(1).max(256);

export const memberRoutes: Route[] = [
  listMembers,
  ...ofOneCustomer('/v1/customers/{id}/members', '{member_id}', '', {
    many: z.object({ id: z.uuid() }),
    one: z.object({ id: z.uuid(), member_id: z.uuid() }),
  }),
  ...ofOneCustomer('/v1/customers/external/{external_id}/members', '{member_external_id}', ' by external ids', {
    many: z.object({ external_id: externalId }),
    one: z.object({ external_id: externalId, member_external_id: externalId }),
  }),
];
