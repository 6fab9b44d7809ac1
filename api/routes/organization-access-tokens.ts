/** An organization's keys to the API, ours alone. Only a key's hash is kept, so it is shown once. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OrganizationId } from '../../billing/ids.ts';
import { AccessToken, type AccessTokenRow } from '../../db/entities/access-token.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { EntityManager } from '../../db/orm.ts';
import { hashToken } from '../../db/tokens.ts';
import { identity, isoOrNull } from '../../db/views/stamps.ts';
import {
  OrganizationAccessToken,
  OrganizationAccessTokenCreate,
  OrganizationAccessTokenCreated,
  OrganizationAccessTokenUpdate,
} from '../../schemas/organization-access-token.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { insufficientScope, invalid, notFound } from '../errors.ts';
import { route } from '../route.ts';

const tag = 'Organization access tokens';
const params = z.object({ id: z.uuid() });

export const listTokens = route({
  method: 'get',
  path: '/v1/organization-access-tokens/',
  summary: 'List access tokens',
  tag,
  scopes: ['organization_access_tokens:read', 'organization_access_tokens:write'],
  query: Pagination,
  response: paginated(OrganizationAccessToken),
  async handle({ query, organization, em }) {
    const [rows, total] = await em.findAndCount(
      AccessToken,
      { organization },
      { limit: query.limit, offset: (query.page - 1) * query.limit, orderBy: { createdAt: 'desc', id: 'asc' } },
    );
    return page(rows.map(tokenView), total, query);
  },
});

export const createToken = route({
  method: 'post',
  path: '/v1/organization-access-tokens/',
  summary: 'Create an access token',
  description:
    'With scopes that the calling token has itself, and ending with it at the latest; with the operator’s token, for any ' +
    'organization.',
  tag,
  auth: 'organization_or_operator',
  scopes: ['organization_access_tokens:write'],
  body: OrganizationAccessTokenCreate,
  response: OrganizationAccessTokenCreated,
  status: 201,
  async handle({ body, organization, scopes, tokenExpiresAt, em, request }) {
    const missing = scopes === 'all' ? [] : body.scopes.filter((scope) => !scopes.includes(scope));
    if (missing.length > 0) throw insufficientScope(missing);
    const owner = organization ?? (await named(em, body.organization_id));
    const token = `polar_oat_${randomBytes(32).toString('base64url')}`;
    const row = em.create(AccessToken, {
      id: randomUUID(),
      createdAt: request.at,
      organization: owner,
      comment: body.comment,
      tokenHash: hashToken(token),
      scopes: [...new Set(body.scopes)],
      expiresAt: earlier(body.expires_at ? new Date(body.expires_at) : null, tokenExpiresAt ?? null),
    });
    await em.flush();
    return { organization_access_token: tokenView(row), token };
  },
});

export const updateToken = route({
  method: 'patch',
  path: '/v1/organization-access-tokens/{id}',
  summary: 'Update an access token',
  tag,
  scopes: ['organization_access_tokens:write'],
  params,
  body: OrganizationAccessTokenUpdate,
  response: OrganizationAccessToken,
  errors: [404],
  async handle({ params, body, organization, scopes, em, request }) {
    const row = await owned(em, organization, params.id);
    const missing = (body.scopes ?? []).filter((scope) => !scopes.includes(scope));
    if (missing.length > 0) throw insufficientScope(missing);
    if (body.comment !== undefined) row.comment = body.comment;
    if (body.scopes !== undefined) row.scopes = [...new Set(body.scopes)];
    row.modifiedAt = request.at;
    await em.flush();
    return tokenView(row);
  },
});

export const deleteToken = route({
  method: 'delete',
  path: '/v1/organization-access-tokens/{id}',
  summary: 'Delete an access token',
  description: 'It stops working at once.',
  tag,
  scopes: ['organization_access_tokens:write'],
  params,
  response: z.void(),
  status: 204,
  errors: [404],
  async handle({ params, organization, em }) {
    em.remove(await owned(em, organization, params.id));
    await em.flush();
  },
});

export const organizationAccessTokenRoutes = [listTokens, createToken, updateToken, deleteToken];

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<AccessTokenRow> {
  const row = await em.findOne(AccessToken, { id, organization });
  if (row === null) throw notFound();
  return row;
}

async function named(em: EntityManager, id: string | null | undefined): Promise<OrganizationId> {
  const row = id ? await em.findOne(Organization, id as OrganizationId) : null;
  if (row === null) throw invalid(['body', 'organization_id'], 'Name an organization that exists.');
  return row.id;
}

/** Of two ends, null for none; so that no token lets its holder in after its own end. */
function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function tokenView(row: AccessTokenRow): OrganizationAccessToken {
  return {
    ...identity(row),
    organization_id: row.organization.id,
    comment: row.comment,
    scopes: row.scopes as OrganizationAccessToken['scopes'],
    expires_at: isoOrNull(row.expiresAt),
    last_used_at: isoOrNull(row.lastUsedAt),
  };
}
