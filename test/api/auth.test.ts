/** Who may call: tokens against their rows. */

import { randomUUID } from 'node:crypto';
import { authenticateCustomer, authenticateOrganization } from '../../api/auth.ts';
import { PORTAL_DEFAULTS } from '../../api/organizations/defaults.ts';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { AccessToken } from '../../db/entities/access-token.ts';
import { Customer } from '../../db/entities/customer.ts';
import { CustomerSession } from '../../db/entities/customer-session.ts';
import { Organization } from '../../db/entities/organization.ts';
import { hashToken } from '../../db/tokens.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

const MINUTE = 60_000;
const NOW = new Date('2027-03-01T12:00:00Z');
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
const organizationId = randomUUID() as OrganizationId;
const customerId = randomUUID() as CustomerId;
let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase();
  const em = database.orm.em.fork();
  em.create(Organization, {
    id: organizationId,
    createdAt: NOW,
    name: 'Acme',
    slug: 'acme',
    subscriptionSettings: {
      allow_multiple_subscriptions: false,
      proration_behavior: 'prorate',
      benefit_revocation_grace_period: 0,
      prevent_trial_abuse: false,
      allow_customer_updates: true,
    },
    customerEmailSettings: {},
    customerPortalSettings: PORTAL_DEFAULTS,
    invoicePrefix: 'ACME',
  });
  em.create(Customer, { id: customerId, createdAt: NOW, organization: organizationId, email: 'ada@example.com' });
  await em.flush();
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function accessToken(fields: { scopes: string[]; expiresAt?: Date | null }): Promise<string> {
  const token = `polar_oat_${randomUUID()}`;
  await database.orm.em.fork().insert(AccessToken, {
    id: randomUUID(),
    createdAt: NOW,
    organization: organizationId,
    comment: 'Test',
    tokenHash: hashToken(token),
    expiresAt: null,
    ...fields,
  });
  return token;
}

async function session(expiresAt: Date, customer = customerId): Promise<string> {
  const token = `polar_cst_${randomUUID()}`;
  await database.orm.em
    .fork()
    .insert(CustomerSession, { id: randomUUID(), createdAt: NOW, customer, tokenHash: hashToken(token), expiresAt });
  return token;
}

describe('organization tokens', () => {
  const as = (token: string, scopes: ('orders:read' | 'orders:write')[], at = NOW) =>
    authenticateOrganization(database.orm.em.fork(), bearer(token), scopes, at);

  it('lets in with any one of the scopes', async () => {
    const token = await accessToken({ scopes: ['orders:read', 'scope:of:yesterday'] });
    expect(await as(token, ['orders:write', 'orders:read'])).toEqual({
      organization: organizationId,
      scopes: ['orders:read'],
      tokenExpiresAt: null,
    });
  });

  it('says when the token ends', async () => {
    const token = await accessToken({ scopes: ['orders:read'], expiresAt: later(MINUTE) });
    expect(await as(token, ['orders:read'])).toMatchObject({ tokenExpiresAt: later(MINUTE) });
  });

  it('refuses without a scope, expired or unknown', async () => {
    const token = await accessToken({ scopes: ['orders:read'] });
    await expect(as(token, ['orders:write'])).rejects.toMatchObject({ status: 403, error: 'insufficient_scope' });
    const expired = await accessToken({ scopes: ['orders:read'], expiresAt: NOW });
    await expect(as(expired, ['orders:read'])).rejects.toMatchObject({ status: 401 });
    await expect(as(`${token}x`, ['orders:read'])).rejects.toMatchObject({ status: 401 });
  });

  it('tells those apart that ask at the same moment', async () => {
    const [reads, writes] = [
      await accessToken({ scopes: ['orders:read'] }),
      await accessToken({ scopes: ['orders:write'] }),
    ];
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        as([reads, writes, 'polar_oat_unknown'][i % 3] ?? '', ['orders:read', 'orders:write']).then(
          ({ scopes }) => scopes[0],
          ({ status }) => status,
        ),
      ),
    );
    expect(asked).toEqual(Array.from({ length: 20 }, (_, i) => ['orders:read', 'orders:write', 401][i % 3]));
  });

  it('refuses a revoked one at once, also while others are asked about', async () => {
    const token = await accessToken({ scopes: ['orders:read'] });
    const before = [as(token, ['orders:read']), as(token, ['orders:read'])];
    await Promise.all(before);
    const others = Array.from({ length: 5 }, () => as('polar_oat_other', ['orders:read']).catch(() => null));
    await database.orm.em.fork().nativeDelete(AccessToken, { tokenHash: hashToken(token) });
    await expect(as(token, ['orders:read'])).rejects.toMatchObject({ status: 401 });
    await Promise.all(others);
  });

  it('notes its use at most once a minute', async () => {
    const token = await accessToken({ scopes: ['orders:read'] });
    const lastUsedAt = async () =>
      (await database.orm.em.fork().findOneOrFail(AccessToken, { tokenHash: hashToken(token) })).lastUsedAt;
    await as(token, ['orders:read']);
    await as(token, ['orders:read'], later(MINUTE));
    expect(await lastUsedAt()).toEqual(NOW);
    await as(token, ['orders:read'], later(MINUTE + 1));
    expect(await lastUsedAt()).toEqual(later(MINUTE + 1));
  });
});

describe('customer sessions', () => {
  const as = (token: string) => authenticateCustomer(database.orm.em.fork(), bearer(token), NOW, { forMembers: false });

  it('know their customer', async () => {
    expect(await as(await session(later(1)))).toEqual({
      customer: { id: customerId, organizationId },
      person: { id: null, role: 'owner', isMember: false },
    });
  });

  it('are over when they expire, and when the customer is deleted', async () => {
    await expect(as(await session(NOW))).rejects.toMatchObject({ status: 401 });
    const gone = randomUUID() as CustomerId;
    await database.orm.em.fork().insert(Customer, {
      id: gone,
      createdAt: NOW,
      organization: organizationId,
      email: 'gone@example.com',
      deletedAt: NOW,
      metadata: {},
      type: 'individual',
      emailVerified: false,
      nextInvoiceNumber: 1,
    });
    await expect(as(await session(later(MINUTE), gone))).rejects.toMatchObject({ status: 401 });
  });
});
