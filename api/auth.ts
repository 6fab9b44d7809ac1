/** Who is calling: tokens are looked up by their SHA-256, since only that is stored. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { CustomerId, MemberId, OrganizationId } from '../billing/ids.ts';
import { AccessToken } from '../db/entities/access-token.ts';
import type { MemberRole } from '../db/entities/member.ts';
import type { EntityManager } from '../db/orm.ts';
import { hashToken } from '../db/tokens.ts';
import { SCOPES, type Scope } from '../schemas/scopes.ts';
import { accessTokenOf } from './access-tokens.ts';
import { insufficientScope, notPermitted, unauthorized } from './errors.ts';
import type { Callers } from './route.ts';

/** `last_used_at` of a token is written at most this often. */
const LAST_USED_EVERY_MS = 60_000;

const KNOWN_SCOPES: ReadonlySet<string> = new Set(SCOPES);

/** The organization whose access token this is. Throws 401; 403 where the token has none of `scopes`. */
export async function authenticateOrganization(
  em: EntityManager,
  headers: IncomingHttpHeaders,
  scopes: readonly Scope[],
  at: Date,
): Promise<Callers['organization']> {
  const hash = hashToken(bearer(headers, ['polar_oat_'], 'an organization access token'));
  const found = await accessTokenOf(em, hash);
  const { expiresAt, lastUsedAt } = found ?? { expiresAt: null, lastUsedAt: null };
  if (!found || (expiresAt !== null && expiresAt <= at.getTime())) throw invalidToken();
  const granted = found.scopes.filter((scope): scope is Scope => KNOWN_SCOPES.has(scope));
  if (!scopes.some((scope) => granted.includes(scope))) throw insufficientScope(scopes);
  if (lastUsedAt === null || lastUsedAt < at.getTime() - LAST_USED_EVERY_MS) {
    await em.nativeUpdate(AccessToken, { id: found.id }, { lastUsedAt: at });
  }
  const tokenExpiresAt = expiresAt === null ? null : new Date(expiresAt);
  return { organization: found.organizationId, scopes: granted, tokenExpiresAt };
}

/** The customer whose portal session this is, and which of their people. Throws 401; 403 where it is not for plain members. */
export async function authenticateCustomer(
  em: EntityManager,
  headers: IncomingHttpHeaders,
  at: Date,
  { forMembers }: { readonly forMembers: boolean },
): Promise<Callers['customer']> {
  const hash = hashToken(bearer(headers, ['polar_cst_', 'polar_mst_'], 'a customer session token'));
  const found = await one<CustomerSessionRow>(em, CUSTOMER_SESSION, [hash, at]);
  if (!found) throw invalidToken();
  const { customer_id: id, organization_id: organizationId, member_id, role, is_member: isMember } = found;
  if (role === 'member' && !forMembers) throw notPermitted('This is for the owner and billing managers of the team.');
  return { customer: { id, organizationId }, person: { id: member_id, role, isMember } };
}

// By hand: every request pays for this query, and the ORM would make it four times as dear.
const CUSTOMER_SESSION = `
  select customers.id as customer_id, customers.organization_id, members.id as member_id,
    coalesce(members.role, 'owner') as role, customer_sessions.member_id is not null as is_member
  from customer_sessions join customers on customers.id = customer_sessions.customer_id
    left join members on members.customer_id = customers.id and members.deleted_at is null
      and (members.id = customer_sessions.member_id
        or (customer_sessions.member_id is null and members.role = 'owner'))
  where token_hash = ? and expires_at > ? and customers.deleted_at is null
    and (customer_sessions.member_id is null or members.id is not null)`;

interface CustomerSessionRow {
  readonly customer_id: CustomerId;
  readonly organization_id: OrganizationId;
  readonly member_id: MemberId | null;
  readonly role: MemberRole;
  readonly is_member: boolean;
}

const one = async <Row extends object>(em: EntityManager, sql: string, values: unknown[]): Promise<Row | undefined> =>
  (await em.getConnection().execute<Row[]>(sql, values, 'all'))[0];

/** The operator of this installation, by the configured token. Throws 401, always where none is configured. */
export function authenticateOperator(headers: IncomingHttpHeaders, expected: string | undefined): Callers['operator'] {
  const given = Buffer.from(hashToken(bearer(headers, [''], 'the operator token')));
  if (!expected || !timingSafeEqual(given, Buffer.from(hashToken(expected)))) throw invalidToken();
  return { operator: true };
}

function bearer(headers: IncomingHttpHeaders, prefixes: readonly [string, ...string[]], wanted: string): string {
  const header = headers.authorization;
  if (!header) throw unauthorized(`Authorize with ${wanted}: \`Authorization: Bearer ${prefixes[0]}…\`.`);
  const token = /^Bearer +(\S{1,256}) *$/i.exec(header)?.[1];
  if (!token) throw unauthorized('The authorization header is not of the form `Bearer <token>`.', 'invalid_token');
  if (!prefixes.some((prefix) => token.startsWith(prefix)))
    throw unauthorized(`This needs ${wanted}.`, 'invalid_token');
  return token;
}

const invalidToken = () => unauthorized('The token is unknown, expired or revoked.', 'invalid_token');
