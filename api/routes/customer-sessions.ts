/** The merchant signs a customer in to their portal. */
import { Organization } from '../../db/entities/organization.ts';
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
  description: 'Valid for an hour. Send the customer to `customer_portal_url`.',
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
    const { token, row } = await openSession(em, customer.id, request.at, body.return_url ?? null);
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

export const customerSessionRoutes = [createCustomerSession];
