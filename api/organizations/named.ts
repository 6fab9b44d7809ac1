/** A token speaks for one organization. Requests may name it too; of any other they find nothing and make nothing. */
import type { OrganizationId } from '../../billing/ids.ts';
import { invalid } from '../errors.ts';

/** The filter by `organization_id` of every list. */
export function within(organization: OrganizationId, named: readonly string[] | undefined) {
  const isMeant = named === undefined || named.includes(organization);
  return { organization: { $in: isMeant ? [organization] : [] } };
}

/** For `organization_id` in the body of what is made. Throws a 422. */
export function refuseForeign(named: string | null | undefined, organization: OrganizationId): void {
  if (named && named !== organization) {
    throw invalid(['body', 'organization_id'], 'The token is of another organization.');
  }
}
