/** Follows the link of an e-mail in the outbox, with a key made for it at that moment as a sending would. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Environment } from '../../config/environment.ts';
import type { EmailRow } from '../../db/entities/email.ts';
import { EmailVerification } from '../../db/entities/email-verification.ts';
import type { EntityManager } from '../../db/orm.ts';
import { hashToken } from '../auth.ts';
import { openSession } from '../customers/session.ts';
import { notFound } from '../errors.ts';

const HOUR = 60 * 60_000;

/** Where it leads. */
export async function opened(
  em: EntityManager,
  { id, kind, customer, organization }: EmailRow,
  { PUBLIC_URL }: Environment,
): Promise<string> {
  const portal = `${PUBLIC_URL}/portal/${organization.slug}`;
  if (!customer || customer.deletedAt || kind === 'customer_seat_invitation') throw notFound();
  const at = new Date();
  if (kind !== 'email_update') {
    return `${portal}?customer_session_token=${(await openSession(em, customer.id, at)).token}`;
  }
  const token = `polar_ev_${randomBytes(32).toString('base64url')}`;
  await em.insert(EmailVerification, {
    id: randomUUID(),
    email: id,
    tokenHash: hashToken(token),
    expiresAt: new Date(at.getTime() + HOUR),
  });
  return `${portal}/verify-email?token=${token}`;
}
