/** Who is calling: tokens are looked up by their SHA-256, since only that is stored. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CustomerId, OrganizationId } from '../billing/ids.ts';
import { AccessToken } from '../db/entities/access-token.ts';
import type { EntityManager } from '../db/orm.ts';
import { SCOPES, type Scope } from '../schemas/scopes.ts';
import { insufficientScope, unauthorized } from './errors.ts';
import type { Callers } from './route.ts';

/** `last_used_at` of a token is written at most this often. */
const LAST_USED_EVERY_MS = 60_000;

const KNOWN_SCOPES: ReadonlySet<string> = new Set(SCOPES);

/** The form in which a token is stored: its SHA-256 in hexadecimal. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The organization whose access token this is. Throws 401; 403 where the token has none of `scopes`. */
export async function authenticateOrganization(
  em: EntityManager,
  headers: IncomingHttpHeaders,
  scopes: readonly Scope[],
  at: Date,
): Promise<Callers['organization']> {
  const hash = hashToken(bearer(headers, 'polar_oat_', 'an organization access token'));
  const noted = new Date(at.getTime() - LAST_USED_EVERY_MS);
  const found = await one<AccessTokenRow>(em, ACCESS_TOKEN, [noted, hash, at]);
  if (!found) throw invalidToken();
  const granted = found.scopes.filter((scope): scope is Scope => KNOWN_SCOPES.has(scope));
  if (!scopes.some((scope) => granted.includes(scope))) throw insufficientScope(scopes);
  if (found.is_unnoted) await em.nativeUpdate(AccessToken, { id: found.id }, { lastUsedAt: at });
  const tokenExpiresAt = found.expires_at === null ? null : new Date(found.expires_at);
  return { organization: found.organization_id, scopes: granted, tokenExpiresAt };
}

/** The customer whose portal session this is. Throws 401. */
export async function authenticateCustomer(
  em: EntityManager,
  headers: IncomingHttpHeaders,
  at: Date,
): Promise<Callers['customer']> {
  const hash = hashToken(bearer(headers, 'polar_cst_', 'a customer session token'));
  const found = await one<CustomerSessionRow>(em, CUSTOMER_SESSION, [hash, at]);
  if (!found) throw invalidToken();
  return { customer: { id: found.customer_id, organizationId: found.organization_id } };
}

// By hand: every request pays for this query, and the ORM would make it four times as dear.
const ACCESS_TOKEN = `
  select id, organization_id, scopes, expires_at, coalesce(last_used_at < ?, true) as is_unnoted
  from access_tokens where token_hash = ? and coalesce(expires_at > ?, true)`;

interface AccessTokenRow {
  readonly id: string;
  readonly organization_id: OrganizationId;
  readonly scopes: readonly string[];
  /** As the database writes it. */
  readonly expires_at: string | null;
  readonly is_unnoted: boolean;
}

const CUSTOMER_SESSION = `
  select customers.id as customer_id, customers.organization_id
  from customer_sessions join customers on customers.id = customer_sessions.customer_id
  where token_hash = ? and expires_at > ? and customers.deleted_at is null`;

interface CustomerSessionRow {
  readonly customer_id: CustomerId;
  readonly organization_id: OrganizationId;
}

const one = async <Row extends object>(em: EntityManager, sql: string, values: unknown[]): Promise<Row | undefined> =>
  (await em.getConnection().execute<Row[]>(sql, values, 'all'))[0];

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

const invalidToken = () => unauthorized('The token is unknown, expired or revoked.', 'invalid_token');
