/** Keys to the customer portal. Their dates are the machine's, also for customers on a test clock: they are no billing. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, MemberId } from '../../billing/ids.ts';
import { CustomerSession, type CustomerSessionRow } from '../../db/entities/customer-session.ts';
import type { EntityManager } from '../../db/orm.ts';
import { aToken } from '../../db/tokens.ts';

const LIFETIME = 60 * 60_000;

/** For one of the customer's people, or with an owner's rights for whoever the customer is. Only the token's hash is kept. */
export async function openSession(
  em: EntityManager,
  customer: CustomerId,
  at: Date,
  { member = null, returnUrl = null }: { readonly member?: MemberId | null; readonly returnUrl?: string | null } = {},
): Promise<{ token: string; row: CustomerSessionRow }> {
  const { token, hash } = aToken(member === null ? 'polar_cst_' : 'polar_mst_');
  const row = em.create(CustomerSession, {
    id: randomUUID(),
    createdAt: at,
    customer,
    member,
    tokenHash: hash,
    expiresAt: new Date(at.getTime() + LIFETIME),
    returnUrl,
  });
  await em.flush();
  return { token, row };
}
