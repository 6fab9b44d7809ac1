/** Sends an e-mail that was written. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Transporter } from 'nodemailer';
import type { CustomerId } from '../../billing/ids.ts';
import type { Environment } from '../../config/environment.ts';
import { newestAddressRequest } from '../../db/email-verifications.ts';
import { CUSTOMER_EMAIL_KINDS, Email, type EmailRow } from '../../db/entities/email.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Envelope, envelopeOf } from '../../emails/envelope.ts';
import { PORTAL_LINK, PROOF_LINK, SEAT_LINK } from '../../emails/links.ts';
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
  const email = await em.findOneOrFail(Email, emailId, { populate: ['organization', 'customer'] });
  if (email.sentAt) return null;
  const link = await linkFor(em, email as EmailRow, environment.PUBLIC_URL);
  if (link === 'over') return null;
  const { recipient, subject, organization, customer } = email;
  const linked = (words: string) => (link === null ? words : words.replaceAll(link.placeholder, link.href));
  const envelope = envelopeOf({ id: emailId, seller: customer ? organization : null }, environment);
  return { envelope, recipient, subject, text: linked(email.text), html: email.html ? linked(email.html) : null };
}

interface OpenLink {
  readonly placeholder: string;
  readonly href: string;
}

/** Null where it needs none; `over` where what it was to open has been overtaken. */
async function linkFor(em: EntityManager, email: EmailRow, publicUrl: string): Promise<OpenLink | 'over' | null> {
  const { id, kind, text, organization, customer } = email;
  const portal = `${publicUrl}/portal/${organization.slug}`;
  if (kind === 'email_update') {
    if (!customer || customer.deletedAt || (await isSuperseded(em, id, customer.id))) return 'over';
    return { placeholder: PROOF_LINK, href: `${portal}/verify-email?token=${await openVerification(em, id)}` };
  }
  if (kind === 'customer_seat_invitation') {
    const token = await openInvitation(em, id);
    return token === null ? 'over' : { placeholder: SEAT_LINK, href: `${portal}/claim?invitation_token=${token}` };
  }
  // Only the customer's own address is shown into their portal.
  if (!customer || !isToCustomer(kind) || !text.includes(PORTAL_LINK)) return null;
  const href = `${portal}?customer_session_token=${await openSession(em, customer.id)}`;
  return { placeholder: PORTAL_LINK, href };
}

const isToCustomer = (kind: EmailRow['kind']) => CUSTOMER_EMAIL_KINDS.some((known) => known === kind);

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

/** The token of a link to the seat that the e-mail offers; null where another invitation, or its end, has overtaken it. */
async function openInvitation(em: EntityManager, emailId: string): Promise<string | null> {
  const { token, hash } = aKey('polar_si_');
  const opened: { id: string }[] = await em.execute(
    `insert into seat_invitations (id, seat_id, email_id, token_hash, expires_at)
     select ?, seat_id, email_id, ?, expires_at from seat_invitations where email_id = ? and token_hash is null
     returning id`,
    [randomUUID(), hash, emailId],
  );
  return opened.length === 0 ? null : token;
}

function aKey(prefix: string): { token: string; hash: string } {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { token, hash: createHash('sha256').update(token).digest('hex') };
}
