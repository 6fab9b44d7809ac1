/** Sends an e-mail that was written. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { LockMode } from '@mikro-orm/core';
import { Context } from '@temporalio/activity';
import type { Transporter } from 'nodemailer';
import { Email } from '../../db/entities/email.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { PORTAL_LINK } from './texts.ts';

export interface Mailing extends Dependencies {
  /** null: e-mails are only kept, for whoever looks at them through the API. */
  readonly transport: Transporter | null;
}

interface Sealed {
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly sentAt?: Date | null;
}

/** Seals it and sends it. Where a worker dies between sending and writing that down, it is sent twice with one id. */
export async function sendEmail(mailing: Mailing, { emailId }: { readonly emailId: string }): Promise<void> {
  const { transport, environment } = mailing;
  const email = await transaction(mailing, (em) => seal(em, environment.PUBLIC_URL, emailId));
  if (transport === null || email.sentAt) return;
  await transport.sendMail({
    from: environment.EMAIL_FROM,
    to: email.recipient,
    subject: email.subject,
    text: email.text,
    messageId: `<${emailId}@${new URL(environment.PUBLIC_URL).hostname}>`,
  });
  const at = new Date(Context.current().info.currentAttemptScheduledTimestampMs);
  await transaction(mailing, (em) => em.nativeUpdate(Email, { id: emailId }, { sentAt: at }));
}

/** Puts the link to the portal into the text, once, with a session that lives 7 days in real time. */
async function seal(em: EntityManager, publicUrl: string, emailId: string): Promise<Sealed> {
  const email = await em.findOneOrFail(Email, emailId, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (!email.text.includes(PORTAL_LINK)) return email;
  await em.populate([email], ['organization']);
  const token = `polar_cst_${randomBytes(32).toString('base64url')}`;
  await em.execute(
    `insert into customer_sessions (id, created_at, customer_id, token_hash, expires_at)
     values (?, now(), ?, ?, now() + interval '7 days')`,
    [randomUUID(), email.customer.id, createHash('sha256').update(token).digest('hex')],
  );
  const link = `${publicUrl}/portal/${email.organization.slug}?customer_session_token=${token}`;
  email.text = email.text.replaceAll(PORTAL_LINK, link);
  return email;
}
