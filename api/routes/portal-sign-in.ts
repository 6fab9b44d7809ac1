/** How customers without a link get into their portal, ours alone: by one that goes to their own address. */
import { z } from 'zod';
import { Organization } from '../../db/entities/organization.ts';
import { PortalLinkRequest } from '../../schemas/customer-email.ts';
import { countAsking, sendPortalLink } from '../customers/portal-link.ts';
import { notFound } from '../errors.ts';
import { route } from '../route.ts';

export const requestPortalLink = route({
  method: 'post',
  path: '/v1/customer-portal/customer-session/request',
  summary: 'Ask for a link to the portal',
  description:
    'It goes to the address by e-mail, if that is a customer’s of the organization; the answer is the same if it isn’t. At most ' +
    '5 an hour to an address.',
  tag: 'Customer portal',
  auth: 'public',
  body: PortalLinkRequest,
  response: z.null(),
  status: 202,
  errors: [404, 429],
  async handle({ body, em, request, log }) {
    const organization = await em.findOne(Organization, { slug: body.organization_slug }, { fields: ['id'] });
    if (organization === null) throw notFound();
    await countAsking(organization.id, body.email, request.ip);
    // Not waited for: how long it takes would tell whether there is such a customer.
    sendPortalLink(em, organization.id, body.email, request.at).catch((err) => {
      log().error({ err }, 'a link to the portal was not written');
    });
    return null;
  },
});

export const portalSignInRoutes = [requestPortalLink];
