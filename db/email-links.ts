/**
 * The link that lets the reader of an e-mail in: it is made with each sending, with a key of its own, of which only the
 * hash is kept.
 */
import { randomUUID } from 'node:crypto';
import type { CustomerId } from '../billing/ids.ts';
import { newestAddressRequest } from './email-verifications.ts';
import { CUSTOMER_EMAIL_KINDS, type EmailRow } from './entities/email.ts';
import type { EntityManager } from './orm.ts';
import { aToken } from './tokens.ts';

export interface OpenLink {
  /** The portal of the customer; the proof that an address is read; the seat that is offered. */
  readonly to: 'portal' | 'proof' | 'seat';
  readonly href: string;
}

/** Null where it needs none; `over` where what it was to open has been overtaken. */
export async function openLink(
  em: EntityManager,
  email: EmailRow,
  publicUrl: string,
): Promise<OpenLink | 'over' | null> {
  const { id, kind, organization, customer, recipient } = email;
  const portal = `${publicUrl}/portal/${organization.slug}`;
  if (kind === 'email_update') {
    if (!customer || customer.deletedAt || (await isSuperseded(em, id, customer.id))) return 'over';
    return { to: 'proof', href: `${portal}/verify-email?token=${await openVerification(em, id)}` };
  }
  if (kind === 'customer_seat_invitation') {
    const token = await openInvitation(em, id);
    return token === null ? 'over' : { to: 'seat', href: `${portal}/claim?invitation_token=${token}` };
  }
  // Only the customer's own address is shown into their portal.
  if (kind === 'portal_link' && (!customer || customer.deletedAt || customer.email !== recipient)) return 'over';
  if (!customer || customer.deletedAt || !isToCustomer(kind)) return null;
  return { to: 'portal', href: `${portal}?customer_session_token=${await openSession(em, customer.id)}` };
}

const isToCustomer = (kind: EmailRow['kind']) =>
  kind === 'portal_link' || CUSTOMER_EMAIL_KINDS.some((known) => known === kind);

const isSuperseded = async (em: EntityManager, emailId: string, customer: CustomerId) =>
  (await newestAddressRequest(em, customer)) !== emailId;

/**
 * A session that lives 7 days in real time; its token. With an owner's rights, unless the customer's address is known to be
 * that of one of the team's others, who has handed the ownership over.
 */
async function openSession(em: EntityManager, customerId: string): Promise<string> {
  const { token, hash } = aToken('polar_cst_');
  await em.execute(
    `insert into customer_sessions (id, created_at, customer_id, member_id, token_hash, expires_at)
     select ?, now(), customers.id, members.id, ?, now() + interval '7 days'
     from customers left join members on members.customer_id = customers.id and members.deleted_at is null
       and members.role <> 'owner' and lower(members.email) = lower(customers.email)
     where customers.id = ?`,
    [randomUUID(), hash, customerId],
  );
  return token;
}

/** A proof that the recipient reads this e-mail, good for an hour in real time; its token. */
async function openVerification(em: EntityManager, emailId: string): Promise<string> {
  const { token, hash } = aToken('polar_ev_');
  await em.execute(
    `insert into email_verifications (id, email_id, token_hash, expires_at) values (?, ?, ?, now() + interval '1 hour')`,
    [randomUUID(), emailId, hash],
  );
  return token;
}

/** The token of a link to the seat that the e-mail offers; null where another invitation, or its end, has overtaken it. */
async function openInvitation(em: EntityManager, emailId: string): Promise<string | null> {
  const { token, hash } = aToken('polar_si_');
  const opened: { id: string }[] = await em.execute(
    `insert into seat_invitations (id, seat_id, email_id, token_hash, expires_at)
     select ?, seat_id, email_id, ?, expires_at from seat_invitations where email_id = ? and token_hash is null
     returning id`,
    [randomUUID(), hash, emailId],
  );
  return opened.length === 0 ? null : token;
}
