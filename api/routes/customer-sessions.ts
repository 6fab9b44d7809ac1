/** The merchant signs a customer in to their portal. */
import type { CustomerId, MemberId } from '../../billing/ids.ts';
import { Member, type MemberRow } from '../../db/entities/member.ts';
import { Organization } from '../../db/entities/organization.ts';
import { ownerOf } from '../../db/members.ts';
import type { EntityManager } from '../../db/orm.ts';
import { customerView } from '../../db/views/customer.ts';
import { identity, iso } from '../../db/views/stamps.ts';
import { CustomerSession, CustomerSessionCreate } from '../../schemas/customer-session.ts';
import { ownedCustomer } from '../customers/find.ts';
import { openSession } from '../customers/session.ts';
import { ApiError, invalid } from '../errors.ts';
import { route } from '../route.ts';

export const createCustomerSession = route({
  method: 'post',
  path: '/v1/customer-sessions/',
  summary: 'Create a customer session',
  description:
    'Valid for an hour. Send them to `customer_portal_url`. For the member that is named, else for the customer’s owner.',
  tag: 'Customers',
  scopes: ['customer_sessions:write'],
  body: CustomerSessionCreate,
  response: CustomerSession,
  status: 201,
  async handle({ body, organization, em, environment, request }) {
    const byId = 'customer_id' in body;
    const customer = await ownedCustomer(
      em,
      organization,
      byId ? { id: body.customer_id } : { external_id: body.external_customer_id },
    ).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
      throw invalid(['body', byId ? 'customer_id' : 'external_customer_id'], 'This customer does not exist.');
    });
    const { slug } = await em.findOneOrFail(Organization, organization);
    const member = (await memberNamed(em, customer.id, body)) ?? (await ownerOf(em, customer.id));
    const { token, row } = await openSession(em, customer.id, request.at, {
      member: member?.id ?? null,
      returnUrl: body.return_url ?? null,
    });
    return {
      ...identity(row),
      token,
      expires_at: iso(row.expiresAt),
      return_url: row.returnUrl ?? null,
      customer_portal_url: `${environment.PUBLIC_URL}/portal/${slug}?customer_session_token=${token}`,
      customer_id: customer.id,
      customer: customerView(customer),
    };
  },
});

async function memberNamed(
  em: EntityManager,
  customer: CustomerId,
  { member_id: id, external_member_id: externalId }: CustomerSessionCreate,
): Promise<MemberRow | null> {
  const living = { customer, deletedAt: null };
  if (id) {
    const member = await em.findOne(Member, { ...living, id: id as MemberId });
    if (member === null) throw invalid(['body', 'member_id'], 'The customer has no such member.');
    if (externalId && member.externalId !== externalId) {
      throw invalid(['body', 'external_member_id'], 'This is another member.');
    }
    return member as MemberRow;
  }
  if (!externalId) return null;
  const member = await em.findOne(Member, { ...living, externalId });
  if (member === null) throw invalid(['body', 'external_member_id'], 'The customer has no such member.');
  return member as MemberRow;
}

export const customerSessionRoutes = [createCustomerSession];
