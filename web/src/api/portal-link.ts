/** For customers who have no link into their portal. */
import * as z from 'zod/mini';
import { call } from './client.ts';

/** Whether anybody has this address isn't said. */
export function requestPortalLink(slug: string, email: string): Promise<null> {
  return call({
    method: 'POST',
    path: '/v1/customer-portal/customer-session/request',
    body: { organization_slug: slug, email },
    answer: z.null(),
  });
}
