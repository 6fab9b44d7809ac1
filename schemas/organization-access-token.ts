/** Keys to the API, ours in this form. */
import { z } from 'zod';
import { Id, Instant, InstantInput, identified, line, organizationIdInput } from './primitives.ts';
import { Scope } from './scopes.ts';

const fields = {
  ...identified,
  organization_id: Id,
  comment: z.string().describe('What the merchant uses it for.'),
  scopes: z.array(Scope),
  expires_at: Instant.nullable(),
  last_used_at: Instant.nullable().describe('To the minute.'),
};

export const OrganizationAccessToken = z.object(fields).meta({ id: 'OrganizationAccessToken' });
export type OrganizationAccessToken = z.infer<typeof OrganizationAccessToken>;

export const OrganizationAccessTokenCreated = z
  .object({ organization_access_token: OrganizationAccessToken, token: z.string().describe('Shown only here.') })
  .meta({ id: 'OrganizationAccessTokenCreated' });
export type OrganizationAccessTokenCreated = z.infer<typeof OrganizationAccessTokenCreated>;

const settable = { comment: line(256), scopes: z.array(Scope).min(1).max(200) };

export const OrganizationAccessTokenCreate = z
  .object({
    ...settable,
    organization_id: organizationIdInput,
    expires_at: InstantInput.nullable().optional().describe('Left out or null: never.'),
  })
  .meta({ id: 'OrganizationAccessTokenCreate' });
export type OrganizationAccessTokenCreate = z.infer<typeof OrganizationAccessTokenCreate>;

export const OrganizationAccessTokenUpdate = z
  .object({ comment: settable.comment.optional(), scopes: settable.scopes.optional() })
  .meta({ id: 'OrganizationAccessTokenUpdate' });
export type OrganizationAccessTokenUpdate = z.infer<typeof OrganizationAccessTokenUpdate>;
