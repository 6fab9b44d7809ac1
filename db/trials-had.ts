/** Who has had a trial of an organization's, and whether they may have another. */
import { randomUUID } from 'node:crypto';
import type { OrganizationId, SubscriptionId } from '../billing/ids.ts';
import type { CustomerRow } from './entities/customer.ts';
import { Organization } from './entities/organization.ts';
import type { EntityManager } from './orm.ts';
import { addressHashOf, isSameBuyer, sameBuyerValues } from './same-buyer.ts';

/** Whether the organization gives each customer one trial, and this one has had theirs. */
export async function hasHadTheirTrial(em: EntityManager, customer: CustomerRow): Promise<boolean> {
  const organizationId = customer.organization.id;
  return (await givesOneTrial(em, organizationId)) && hasHadTrial(em, organizationId, customer);
}

/**
 * Writes down that a trial begins: for the customer's address, and for each of their cards. False where the
 * organization gives each customer one trial and this one has had theirs; nothing is written then. Of two at once the
 * second waits for the first, and finds its keys taken.
 */
export async function redeemTrial(
  em: EntityManager,
  customer: CustomerRow,
  subscriptionId: SubscriptionId,
  at: Date,
): Promise<boolean> {
  const isOnce = await givesOneTrial(em, customer.organization.id);
  if (isOnce && (await hasHadTrial(em, customer.organization.id, customer))) return false;
  const isFirst = await noteTrial(em, customer, subscriptionId, at);
  if (!isOnce || isFirst) return true;
  await em.execute('delete from trial_redemptions where subscription_id = ?', [subscriptionId]);
  return false;
}

/** For a trial that the merchant gives, which counts, and is never refused. True where no key was taken before. */
export async function noteTrial(
  em: EntityManager,
  customer: CustomerRow,
  subscriptionId: SubscriptionId,
  at: Date,
): Promise<boolean> {
  const cards: { fingerprint: string }[] = await em.execute(
    `select distinct fingerprint from payment_methods where customer_id = ? and fingerprint is not null order by 1`,
    [customer.id],
  );
  const keys: [string | null, string | null][] = [
    [addressHashOf(customer.email), null],
    ...cards.map(({ fingerprint }): [null, string] => [null, fingerprint]),
  ];
  let isFirst = true;
  for (const [addressHash, fingerprint] of keys) {
    const written: unknown[] = await em.execute(
      `insert into trial_redemptions
        (id, created_at, organization_id, customer_id, subscription_id, address_hash, fingerprint)
        values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning id`,
      [randomUUID(), at, customer.organization.id, customer.id, subscriptionId, addressHash, fingerprint],
    );
    if (written.length === 0) isFirst = false;
  }
  return isFirst;
}

async function givesOneTrial(em: EntityManager, id: OrganizationId): Promise<boolean> {
  return (await em.findOneOrFail(Organization, id)).subscriptionSettings.prevent_trial_abuse;
}

async function hasHadTrial(em: EntityManager, organizationId: OrganizationId, customer: CustomerRow): Promise<boolean> {
  const found: unknown[] = await em.execute(
    `select 1 from trial_redemptions r where r.organization_id = ? and ${isSameBuyer('r')} limit 1`,
    [organizationId, ...sameBuyerValues({ customerId: customer.id, email: customer.email })],
  );
  return found.length > 0;
}
