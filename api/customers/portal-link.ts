/**
 * A way into the portal for a customer who has none: a link that goes to their own address. Nobody learns who is a customer:
 * whoever asks isn't waited for, and is counted alike for every address. The dates of it are the machine's: it is no billing.
 */
import { randomUUID } from 'node:crypto';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { Email } from '../../db/entities/email.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { linkToPortal } from '../../emails/addresses.ts';
import { rendered } from '../../emails/render.ts';
import { Limit } from '../limits.ts';

const HOUR = 3600;
const MOST_AN_HOUR = 5;
/** By network, and by address, whosever it is. */
const asked = new Limit('portal links', { duration: HOUR, network: 30, subject: MOST_AN_HOUR });

/** Throws 429 where there were too many. */
export const countAsking = (organization: OrganizationId, email: string, ip: string | null): Promise<void> =>
  asked.count(`${organization} ${email.toLowerCase()}`, ip);

/** Nothing is sent where nobody has this address, or they have been sent enough, however many processes count. */
export async function sendPortalLink(
  em: EntityManager,
  organization: OrganizationId,
  email: string,
  at: Date,
): Promise<void> {
  await em.transactional(async (tx) => {
    const [known]: { id: CustomerId }[] = await tx.execute(
      'select id from customers where organization_id = ? and lower(email) = lower(?) and deleted_at is null',
      [organization, email],
    );
    if (known === undefined) return;
    await lockRow(tx, Customer, known.id);
    // Whose address has become another one meanwhile gets it there, where it is theirs all the same.
    const customer = await tx.findOne(Customer, { id: known.id, deletedAt: null }, { populate: ['organization'] });
    if (customer === null || (await isSentEnough(tx, customer as CustomerRow, at))) return;
    await write(tx, customer as CustomerRow, at);
  });
}

async function isSentEnough(em: EntityManager, { id }: CustomerRow, at: Date): Promise<boolean> {
  const since = new Date(at.getTime() - HOUR * 1000);
  const inLastHour = { customer: id, kind: 'portal_link', createdAt: { $gt: since } } as const;
  return (await em.count(Email, inLastHour)) >= MOST_AN_HOUR;
}

async function write(em: EntityManager, customer: CustomerRow, at: Date): Promise<void> {
  const { id, email, organization } = customer;
  if (!email) return;
  const emailId = randomUUID();
  await em.insert(Email, {
    id: emailId,
    createdAt: at,
    organization: organization.id,
    customer: id,
    kind: 'portal_link',
    recipient: email,
    ...rendered(linkToPortal(organization), { seller: organization, reader: customer }),
  });
  await wake(em, 'email', emailId);
}
