/** A customer changes their e-mail address in their portal, by a link that goes to the new one. */
import { z } from 'zod';
import { Organization } from '../../db/entities/organization.ts';
import {
  CustomerEmailUpdateCheck,
  CustomerEmailUpdateRequest,
  CustomerEmailUpdateVerifyRequest,
  CustomerEmailUpdateVerifyResponse,
} from '../../schemas/customer-email.ts';
import { changeEmail, requestEmailChange, verifiedRequest } from '../customers/email-change.ts';
import { notPermitted } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';

export const requestMyEmailChange = route({
  method: 'post',
  path: '/v1/customer-portal/customers/me/email-update/request',
  summary: 'Ask for another e-mail address',
  description:
    'For the owner, where the organization lets customers do so. A link goes to the new address and is good for an hour. Asking again makes earlier links worthless.',
  tag,
  auth: 'customer',
  body: CustomerEmailUpdateRequest,
  response: z.null(),
  status: 202,
  errors: [403, 429],
  async handle({ body, customer, person, em, request }) {
    // Whoever reads the customer's own mail has an owner's rights.
    if (person.role !== 'owner') throw notPermitted('Only the owner can change the address.');
    const { customerPortalSettings, name } = await em.findOneOrFail(Organization, customer.organizationId);
    if (customerPortalSettings.customer?.allow_email_change !== true) {
      throw notPermitted(`Please ask ${name} to change the address.`);
    }
    await requestEmailChange(em, customer.id, body.email, request.at);
    return null;
  },
});

export const checkMyEmailChange = route({
  method: 'get',
  path: '/v1/customer-portal/customers/me/email-update/check',
  summary: 'Check a link to a new e-mail address',
  description: '401 where it is unknown, used or expired.',
  tag,
  auth: 'public',
  query: CustomerEmailUpdateCheck,
  response: z.void(),
  status: 204,
  async handle({ query, em, request }) {
    await verifiedRequest(em, query.token, request.at);
  },
});

export const verifyMyEmailChange = route({
  method: 'post',
  path: '/v1/customer-portal/customers/me/email-update/verify',
  summary: 'Confirm a new e-mail address',
  description: 'Whoever has the link gets a session. 401 where it is unknown, used or expired.',
  tag,
  auth: 'public',
  body: CustomerEmailUpdateVerifyRequest,
  response: CustomerEmailUpdateVerifyResponse,
  async handle({ body, em, request }) {
    return { token: await changeEmail(em, body.token, request.at) };
  },
});

export const portalEmailRoutes = [requestMyEmailChange, checkMyEmailChange, verifyMyEmailChange];
