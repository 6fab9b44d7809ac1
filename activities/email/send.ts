/** Sends an e-mail that was written. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Transporter } from 'nodemailer';
import type { CustomerId } from '../../billing/ids.ts';
import { newestAddressRequest } from '../../db/email-verifications.ts';
import { Email } from '../../db/entities/email.ts';
import { VERIFY_LINK } from '../../db/entities/email-verification.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { PORTAL_LINK } from './texts.ts';

export interface Mailing extends Dependencies {
  /** null: e-mails are only kept, without a way into the portal. */
  readonly transport: Transporter | null;
}

interface Letter {
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
}

/** Where a worker dies between sending it and writing that down, it is sent twice with one id. */
export async function sendEmail(mailing: Mailing, { emailId }: { readonly emailId: string }): Promise<void> {
  const { transport, environment } = mailing;
  if (transport === null) return;
  const letter = await transaction(mailing, (em) => unsent(em, environment.PUBLIC_URL, emailId));
  if (letter === null) return;
  await transport.sendMail({
    from: environment.EMAIL_FROM,
    to: letter.recipient,
    subject: letter.subject,
    text: letter.text,
    messageId: `<${emailId}@${new URL(environment.PUBLIC_URL).hostname}>`,
  });
  const at = new Date(Context.current().info.currentAttemptScheduledTimestampMs);
  await transaction(mailing, (em) => em.nativeUpdate(Email, { id: emailId }, { sentAt: at }));
}

/**
 * The e-mail as it goes out, null where it has or must not any more. Each attempt puts in a link with a key of its own, so
 * that the key stands in the e-mail alone: the row keeps the placeholder.
 */
async function unsent(em: EntityManager, publicUrl: string, emailId: string): Promise<Letter | null> {
  const email = await em.findOneOrFail(Email, emailId, { populate: ['organization', 'customer'] });
  const { recipient, subject, text, sentAt, customer, organization } = email;
  if (sentAt) return null;
  const portal = `${publicUrl}/portal/${organization.slug}`;
  if (email.kind === 'email_update') {
    if (!customer || customer.deletedAt || (await isSuperseded(em, emailId, customer.id))) return null;
    const link = `${portal}/verify-email?token=${await openVerification(em, emailId)}`;
    return { recipient, subject, text: text.replaceAll(VERIFY_LINK, link) };
  }
  if (!customer || !text.includes(PORTAL_LINK)) return { recipient, subject, text };
  const link = `${portal}?customer_session_token=${await openSession(em, customer.id)}`;
  return { recipient, subject, text: text.replaceAll(PORTAL_LINK, link) };
}

const isSuperseded = async (em: EntityManager, emailId: string, customer: CustomerId) =>
  (await newestAddressRequest(em, customer)) !== emailId;

/** A session that lives 7 days in real time; its token. */
async function openSession(em: EntityManager, customerId: string): Promise<string> {
  const { token, hash } = aKey('polar_cst_');
  await em.execute(
    `insert into customer_sessions (id, created_at, customer_id, token_hash, expires_at)
     values (?, now(), ?, ?, now() + interval '7 days')`,
    [randomUUID(), customerId, hash],
  );
  return token;
}

/** A proof that the recipient reads this e-mail, good for an hour in real time; its token. */
async function openVerification(em: EntityManager, emailId: string): Promise<string> {
  const { token, hash } = aKey('polar_ev_');
  await em.execute(
    `insert into email_verifications (id, email_id, token_hash, expires_at) values (?, ?, ?, now() + interval '1 hour')`,
    [randomUUID(), emailId, hash],
  );
  return token;
}

function aKey(prefix: string): { token: string; hash: string } {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { token, hash: createHash('sha256').update(token).digest('hex') };
}
