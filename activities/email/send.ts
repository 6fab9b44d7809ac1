/** Sends an e-mail that was written. */
import { Context } from '@temporalio/activity';
import type { Transporter } from 'nodemailer';
import type { Environment } from '../../config/environment.ts';
import { openLink } from '../../db/email-links.ts';
import { Email, type EmailRow } from '../../db/entities/email.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Envelope, envelopeOf } from '../../emails/envelope.ts';
import { hrefOf } from '../../emails/links.ts';
import { type Dependencies, transaction } from '../dependencies.ts';

export interface Mailing extends Dependencies {
  /** null: e-mails are only kept, without a way into the portal. */
  readonly transport: Transporter | null;
}

/** An e-mail as it goes out. */
interface Outgoing {
  readonly envelope: Envelope;
  readonly recipient: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
}

/** Where a worker dies between sending it and writing that down, it is sent twice with one id. */
export async function sendEmail(mailing: Mailing, { emailId }: { readonly emailId: string }): Promise<void> {
  const { transport, environment } = mailing;
  if (transport === null) return;
  const email = await transaction(mailing, (em) => unsent(em, environment, emailId));
  if (email === null) return;
  const { envelope, recipient, subject, text, html } = email;
  await transport.sendMail({
    from: envelope.from,
    to: recipient,
    subject,
    text,
    messageId: envelope.messageId,
    headers: envelope.headers,
    ...(html === null ? {} : { html }),
    ...(envelope.replyTo === null ? {} : { replyTo: envelope.replyTo }),
  });
  const at = new Date(Context.current().info.currentAttemptScheduledTimestampMs);
  await transaction(mailing, (em) => em.nativeUpdate(Email, { id: emailId }, { sentAt: at }));
}

/**
 * The e-mail as it goes out, null where it has or must not any more. Each attempt puts in a link with a key of its own, so
 * that the key stands in the e-mail alone: the row keeps the placeholder.
 */
async function unsent(em: EntityManager, environment: Environment, emailId: string): Promise<Outgoing | null> {
  const email = await em.findOne(Email, emailId, { populate: ['organization', 'customer'] });
  // It may be forgotten meanwhile, with its customer.
  if (email === null || email.sentAt) return null;
  const link = await openLink(em, email as EmailRow, environment.PUBLIC_URL);
  if (link === 'over') return null;
  const { recipient, subject, organization, customer } = email;
  const linked = (words: string) => (link === null ? words : words.replaceAll(hrefOf(link), link.href));
  const envelope = envelopeOf({ id: emailId, seller: customer ? organization : null }, environment);
  return { envelope, recipient, subject, text: linked(email.text), html: email.html ? linked(email.html) : null };
}
