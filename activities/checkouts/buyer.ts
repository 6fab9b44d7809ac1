/** Who buys: a customer that the merchant or the buyer has named, or a new one. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, OrganizationId } from '../../billing/ids.ts';
import { taxIdOf } from '../../db/buyers.ts';
import { isNameBeingGivenUp } from '../../db/customer-deletions.ts';
import { type EventPlaces, nameCustomer } from '../../db/customer-names.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { emit } from '../../db/events.ts';
import { lockRow } from '../../db/lock.ts';
import { beginOwner } from '../../db/members.ts';
import type { EntityManager } from '../../db/orm.ts';
import { recordOfCustomer } from '../../db/recorded.ts';
import { customerView } from '../../db/views/customer.ts';

/**
 * The customer named by the checkout, else by the merchant's id, else by e-mail; made if new, with what was entered.
 * Locked. Null where the checkout's customer has been deleted, or one whom the merchant calls so is just being deleted.
 *
 * An e-mail address proves nothing: who only typed one gets their purchase, not a look at what else the customer has, nor
 * a hand in where the customer's renewals are taxed.
 */
export async function buyerOf(
  em: EntityManager,
  checkout: CheckoutRow,
  at: Date,
  places: EventPlaces,
): Promise<CustomerRow | null> {
  if (checkout.customer) {
    const found = await locked(em, { id: checkout.customer.id });
    return found && enriched(found, checkout);
  }
  const byExternalId = checkout.externalCustomerId
    ? await locked(em, { organization: checkout.organization.id, externalId: checkout.externalCustomerId })
    : null;
  if (byExternalId !== null) {
    checkout.opensPortal = true;
    return enriched(byExternalId, checkout);
  }
  if (await isNameBeingGivenUp(em, checkout.organization.id, checkout.externalCustomerId)) return null;
  const byEmail = await withEmail(em, checkout);
  if (byEmail !== null) {
    checkout.opensPortal = checkout.emailFromMerchant;
    if (!checkout.emailFromMerchant) return byEmail;
    const { externalCustomerId } = checkout;
    if (externalCustomerId && !byEmail.externalId) await nameCustomer(em, byEmail, externalCustomerId, at, places);
    return enriched(byEmail, checkout);
  }
  checkout.opensPortal = true;
  return made(em, checkout, at);
}

/** The living customer, alone in the lock: what hangs on the row stays free for others. */
async function locked(
  em: EntityManager,
  where: { id: CustomerId } | { organization: OrganizationId; externalId: string },
): Promise<CustomerRow | null> {
  const named = await em.findOne(Customer, { ...where, deletedAt: null }, { fields: ['id'], disableIdentityMap: true });
  if (named === null) return null;
  // What hangs on the row may still be written by others, such as an order by a renewal.
  await lockRow(em, Customer, named.id);
  const populate = ['testClock'] as const;
  return em.findOne(Customer, { ...where, id: named.id, deletedAt: null }, { populate, refresh: true });
}

async function withEmail(em: EntityManager, checkout: CheckoutRow): Promise<CustomerRow | null> {
  const rows: { id: CustomerId }[] = await em.execute(
    'select id from customers where organization_id = ? and lower(email) = lower(?) and deleted_at is null',
    [checkout.organization.id, checkout.customerEmail],
  );
  const [row] = rows;
  return row === undefined ? null : locked(em, row);
}

/** What the buyer entered is kept where nothing was known. */
function enriched(customer: CustomerRow, checkout: CheckoutRow): CustomerRow {
  customer.name ??= checkout.customerName ?? null;
  customer.billingName ??= checkout.customerBillingName ?? null;
  customer.billingAddress ??= checkout.customerBillingAddress ?? null;
  customer.taxId ??= taxIdOf(checkout);
  customer.locale ??= checkout.locale ?? null;
  return customer;
}

async function made(em: EntityManager, checkout: CheckoutRow, at: Date): Promise<CustomerRow> {
  const customer = em.create(Customer, {
    id: randomUUID() as CustomerId,
    createdAt: at,
    organization: checkout.organization,
    externalId: checkout.externalCustomerId ?? null,
    email: checkout.customerEmail ?? '',
    name: checkout.customerName ?? null,
    billingName: checkout.customerBillingName ?? null,
    billingAddress: checkout.customerBillingAddress ?? null,
    taxId: taxIdOf(checkout),
    locale: checkout.locale ?? null,
    metadata: checkout.customerMetadata,
  });
  await em.flush();
  await beginOwner(em, customer, at);
  const organizationId = checkout.organization.id;
  const recorded = recordOfCustomer(customer, 'customer.created');
  await emit(em, { organizationId, type: 'customer.created', at, data: () => customerView(customer), recorded });
  return customer;
}
