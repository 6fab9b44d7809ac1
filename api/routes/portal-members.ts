/** A team's people, in the portal of its owner and billing managers. */
import { z } from 'zod';
import type { CustomerId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Member, type MemberRow } from '../../db/entities/member.ts';
import type { EntityManager } from '../../db/orm.ts';
import { portalMemberView } from '../../db/views/member.ts';
import { CustomerPortalMember, CustomerPortalMemberCreate, CustomerPortalMemberUpdate } from '../../schemas/member.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { invalid, notPermitted } from '../errors.ts';
import { memberOf } from '../members/find.ts';
import { addMember, changeMember, removeMember } from '../members/write.ts';
import { type Callers, route } from '../route.ts';
import { refuseIndividual } from './members.ts';

const tag = 'Customer portal';
const params = z.object({ id: z.uuid() });
type Person = Callers['customer']['person'];

export const listMyMembers = route({
  method: 'get',
  path: '/v1/customer-portal/members',
  summary: 'List your team',
  tag,
  auth: 'customer',
  query: Pagination,
  response: paginated(CustomerPortalMember),
  async handle({ query, customer, em }) {
    await myTeam(em, customer.id);
    const [rows, total] = await em.findAndCount(
      Member,
      { customer: customer.id, deletedAt: null },
      { limit: query.limit, offset: (query.page - 1) * query.limit, orderBy: { createdAt: 'asc', id: 'asc' } },
    );
    return page((rows as MemberRow[]).map(portalMemberView), total, query);
  },
});

export const addMyMember = route({
  method: 'post',
  path: '/v1/customer-portal/members',
  summary: 'Add somebody to your team',
  description: 'Who has the address already is answered as they are.',
  tag,
  auth: 'customer',
  body: CustomerPortalMemberCreate,
  response: CustomerPortalMember,
  status: 201,
  async handle({ body, customer, em, request }) {
    const team = await myTeam(em, customer.id);
    const { role } = body;
    if (role === 'owner') throw invalid(['body', 'role'], 'There is an owner already, and never more than one.');
    return portalMemberView(await addMember(em, team, { ...body, role }, request.at));
  },
});

export const updateMyMember = route({
  method: 'patch',
  path: '/v1/customer-portal/members/{id}',
  summary: 'Update somebody of your team',
  description: 'Nobody changes their own role. Only the owner can make another member the owner.',
  tag,
  auth: 'customer',
  params,
  body: CustomerPortalMemberUpdate,
  response: CustomerPortalMember,
  errors: [404],
  async handle({ params, body, customer, person, em, request }) {
    const team = await myTeam(em, customer.id);
    const member = await memberOf(em, customer.id, { member_id: params.id });
    if (body.role && body.role !== member.role) refuseRole(person, member, body.role);
    return portalMemberView(await changeMember(em, team, member, body, request.at));
  },
});

export const removeMyMember = route({
  method: 'delete',
  path: '/v1/customer-portal/members/{id}',
  summary: 'Remove somebody from your team',
  description: 'Their seats are free again. Nobody removes themselves, or the owner.',
  tag,
  auth: 'customer',
  params,
  response: z.void(),
  status: 204,
  errors: [404],
  async handle({ params, customer, person, em, request }) {
    const team = await myTeam(em, customer.id);
    const member = await memberOf(em, customer.id, { member_id: params.id });
    if (member.id === person.id) throw invalid(['path', 'id'], 'You can’t remove yourself.');
    await removeMember(em, team, member, request.at);
  },
});

export const portalMemberRoutes = [listMyMembers, addMyMember, updateMyMember, removeMyMember];

async function myTeam(em: EntityManager, id: CustomerId): Promise<CustomerRow> {
  const row = (await em.findOneOrFail(Customer, id, { populate: ['testClock'] })) as CustomerRow;
  refuseIndividual(row);
  return row;
}

function refuseRole(person: Person, member: MemberRow, role: MemberRow['role']): void {
  if (member.id === person.id) throw invalid(['body', 'role'], 'You can’t change your own role.');
  if (role === 'owner' && person.role !== 'owner') throw notPermitted('Only the owner can hand the ownership over.');
}
