/**
 * A customer's new e-mail address: asked for in the portal, and theirs once they have shown that they read its mail. The
 * dates of it are the machine's, also for customers on a test clock: it is no billing.
 */
import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { CustomerId } from '../../billing/ids.ts';
import { newestAddressRequest } from '../../db/email-verifications.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Email } from '../../db/entities/email.ts';
import { EmailVerification } from '../../db/entities/email-verification.ts';
import { lockRow } from '../../db/lock.ts';
import { ownerFollows } from '../../db/members.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { retried } from '../../db/retried.ts';
import { inAnyCase } from '../../db/search.ts';
import { hashToken } from '../../db/tokens.ts';
import { addressToConfirm } from '../../emails/addresses.ts';
import { rendered } from '../../emails/render.ts';
import { invalid, tooManyAttempts, unauthorized } from '../errors.ts';
import { openSession } from './session.ts';
import { tellCustomer } from './write.ts';

const HOUR = 60 * 60_000;
/** Each goes to an address that may be anybody's. */
const MOST_AN_HOUR = 5;
/** Without a name: it may reach somebody else. */
const NOBODY = { name: null, locale: null };

export async function requestEmailChange(em: EntityManager, id: CustomerId, email: string, at: Date): Promise<void> {
  await em.transactional(async (tx) => {
    const customer = await locked(tx, id);
    const inLastHour = {
      customer: id,
      kind: 'email_update',
      createdAt: { $gt: new Date(at.getTime() - HOUR) },
    } as const;
    if ((await tx.count(Email, inLastHour)) >= MOST_AN_HOUR) {
      throw tooManyAttempts('You have asked for this often; please wait an hour.');
    }
    const living = { organization: customer.organization.id, deletedAt: null, id: { $ne: id } };
    if ((await tx.count(Customer, { ...living, email: inAnyCase(email) })) > 0) throw taken();
    const emailId = randomUUID();
    await tx.insert(Email, {
      id: emailId,
      createdAt: at,
      organization: customer.organization.id,
      customer: id,
      kind: 'email_update',
      recipient: email,
      ...rendered(addressToConfirm(customer.organization), { seller: customer.organization, reader: NOBODY }),
    });
    await wake(tx, 'email', emailId);
  });
}

/** Whose request the link belongs to. Throws a 401 where it is unknown, over, or not of the newest request. */
export async function verifiedRequest(
  em: EntityManager,
  token: string,
  at: Date,
): Promise<{ customerId: CustomerId; email: string }> {
  const wanted = { tokenHash: hashToken(token), expiresAt: { $gt: at } };
  const found = await em.findOne(EmailVerification, wanted, { populate: ['email.customer'] });
  const customer = found?.email.customer;
  if (!found || !customer || customer.deletedAt) throw unknownLink();
  if ((await newestAddressRequest(em, customer.id)) !== found.email.id) throw unknownLink();
  return { customerId: customer.id, email: found.email.recipient };
}

/** The address becomes the customer's; every link to it has had its day. Answers with a key to the portal. */
export async function changeEmail(em: EntityManager, token: string, at: Date): Promise<string> {
  const { customerId } = await verifiedRequest(em, token, at);
  const transact = () =>
    em.fork().transactional(async (tx) => {
      const customer = await locked(tx, customerId);
      // Once more, now that nobody else can use it.
      const { email } = await verifiedRequest(tx, token, at);
      const before = { email: customer.email, name: customer.name };
      customer.email = email;
      customer.emailVerified = true;
      customer.modifiedAt = nowOf(customer, at);
      await tx.flush();
      await ownerFollows(tx, customer, before, customer.modifiedAt);
      await tx.nativeDelete(EmailVerification, { email: { customer: customerId } });
      await tellCustomer(tx, customer, 'customer.updated', customer.modifiedAt);
      return (await openSession(tx, customerId, at)).token;
    });
  try {
    return await retried(transact);
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException) throw taken();
    throw error;
  }
}

async function locked(em: EntityManager, id: CustomerId): Promise<CustomerRow> {
  await lockRow(em, Customer, id);
  return (await em.findOneOrFail(Customer, id, { populate: ['testClock', 'organization'] })) as CustomerRow;
}

const taken = () => invalid(['body', 'email'], 'This address is already in use.');
const unknownLink = () => unauthorized('This link is unknown, used or expired.');
