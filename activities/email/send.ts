/** Sends an e-mail that was written. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Transporter } from 'nodemailer';
import { Email } from '../../db/entities/email.ts';
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
 * The e-mail as it goes out, null where it has. Each attempt puts in a link to the portal with a key of its own, so that
 * the key stands in the e-mail alone: the row keeps the placeholder.
 */
async function unsent(em: EntityManager, publicUrl: string, emailId: string): Promise<Letter | null> {
  const email = await em.findOneOrFail(Email, emailId, { populate: ['organization'] });
  const { recipient, subject, text, sentAt, customer, organization } = email;
  if (sentAt) return null;
  if (!customer || !text.includes(PORTAL_LINK)) return { recipient, subject, text };
  const token = await openSession(em, customer.id);
  const link = `${publicUrl}/portal/${organization.slug}?customer_session_token=${token}`;
  return { recipient, subject, text: text.replaceAll(PORTAL_LINK, link) };
}

/** A session that lives 7 days in real time; its token. */
async function openSession(em: EntityManager, customerId: string): Promise<string> {
  const token = `polar_cst_${randomBytes(32).toString('base64url')}`;
  await em.execute(
    `insert into customer_sessions (id, created_at, customer_id, token_hash, expires_at)
     values (?, now(), ?, ?, now() + interval '7 days')`,
    [randomUUID(), customerId, createHash('sha256').update(token).digest('hex')],
  );
  return token;
}
