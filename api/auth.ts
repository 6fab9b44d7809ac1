/** Who is calling: tokens are looked up by their SHA-256, since only that is stored. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AccessToken } from '../db/entities/access-token.ts';
import { CustomerSession } from '../db/entities/customer-session.ts';
import type { EntityManager } from '../db/orm.ts';
import { Scope } from '../schemas/scopes.ts';
import { insufficientScope, unauthorized } from './errors.ts';
import type { Callers } from './route.ts';

/** `last_used_at` of a token is written at most this often. */
const LAST_USED_EVERY_MS = 60_000;

/** The form in which a token is stored: its SHA-256 in hexadecimal. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The organization whose access token this is. Throws 401; 403 where the token has none of `scopes`. */
export async function authenticateOrganization(
  em: EntityManager,
  headers: IncomingHttpHeaders,
  scopes: readonly Scope[],
  at: Date,
): Promise<Callers['organization']> {
  const found = await em.findOne(
    AccessToken,
    { tokenHash: hashToken(bearer(headers, 'polar_oat_', 'an organization access token')) },
    { fields: ['id', 'organization', 'scopes', 'expiresAt', 'lastUsedAt'], disableIdentityMap: true },
  );
  if (!found || isOver(found.expiresAt, at)) throw invalidToken();
  const granted = found.scopes.filter((scope): scope is Scope => Scope.safeParse(scope).success);
  if (!scopes.some((scope) => granted.includes(scope))) throw insufficientScope(scopes);
  if (!found.lastUsedAt || at.getTime() - found.lastUsedAt.getTime() > LAST_USED_EVERY_MS) {
    await em.nativeUpdate(AccessToken, { id: found.id }, { lastUsedAt: at });
  }
  return { organization: found.organization.id, scopes: granted };
}

/** The customer whose portal session this is. Throws 401. */
export async function authenticateCustomer(
  em: EntityManager,
  headers: IncomingHttpHeaders,
  at: Date,
): Promise<Callers['customer']> {
  const found = await em.findOne(
    CustomerSession,
    { tokenHash: hashToken(bearer(headers, 'polar_cst_', 'a customer session token')), customer: { deletedAt: null } },
    {
      populate: ['customer'],
      fields: ['id', 'expiresAt', 'customer.id', 'customer.organization'],
      disableIdentityMap: true,
    },
  );
  if (!found || isOver(found.expiresAt, at)) throw invalidToken();
  return { customer: { id: found.customer.id, organizationId: found.customer.organization.id } };
}

/** The operator of this installation, by the configured token. Throws 401, always where none is configured. */
export function authenticateOperator(headers: IncomingHttpHeaders, expected: string | undefined): Callers['operator'] {
  const given = Buffer.from(hashToken(bearer(headers, '', 'the operator token')));
  if (!expected || !timingSafeEqual(given, Buffer.from(hashToken(expected)))) throw invalidToken();
  return { operator: true };
}

function bearer(headers: IncomingHttpHeaders, prefix: string, wanted: string): string {
  const header = headers.authorization;
  if (!header) throw unauthorized(`Authorize with ${wanted}: \`Authorization: Bearer ${prefix}…\`.`);
  const token = /^Bearer +(\S{1,256}) *$/i.exec(header)?.[1];
  if (!token) throw unauthorized('The authorization header is not of the form `Bearer <token>`.', 'invalid_token');
  if (!token.startsWith(prefix)) throw unauthorized(`This needs ${wanted}.`, 'invalid_token');
  return token;
}

const isOver = (expiresAt: Date | null | undefined, at: Date) =>
  expiresAt !== null && expiresAt !== undefined && expiresAt.getTime() <= at.getTime();

const invalidToken = () => unauthorized('The token is unknown, expired or revoked.', 'invalid_token');
