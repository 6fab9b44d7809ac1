/**
 * The deletion of a customer: they are marked first, so that nothing new begins for them; whatever was under way by then is
 * ended, however late it shows; and only then is the rest taken, their name too. It stands in a table until it has ended, so
 * that it goes on where it stops in the middle: with the next request, or with the sweep.
 */
import type { CheckoutId, CustomerId, OrganizationId, SubscriptionId } from '../billing/ids.ts';
import { takeNameBack } from './customer-names.ts';
import { Checkout } from './entities/checkout.ts';
import { Customer, type CustomerRow } from './entities/customer.ts';
import { CustomerDeletion } from './entities/customer-deletion.ts';
import { Email } from './entities/email.ts';
import { Order } from './entities/order.ts';
import { Subscription } from './entities/subscription.ts';
import { revokeAllOf } from './grants.ts';
import { lockRow } from './lock.ts';
import { dropMembers, forgetMembers } from './members.ts';
import { nowOf } from './now.ts';
import type { EntityManager } from './orm.ts';
import { retried } from './retried.ts';
import { revokeSeatsBought } from './seats.ts';

/** How the processes of a customer are asked to end. */
export interface Endings {
  /** One that is over already stays as it is. */
  readonly expireCheckout: (id: CheckoutId) => Promise<void>;
  /** Also well where it has ended by itself. */
  readonly revoke: (id: SubscriptionId) => Promise<void>;
}

/** Of a customer whose row is locked. */
export async function noteDeletion(em: EntityManager, customerId: CustomerId, anonymizes: boolean): Promise<void> {
  const known = await em.findOne(CustomerDeletion, customerId, { refresh: true });
  if (known === null) em.create(CustomerDeletion, { customerId, beganAt: new Date(), anonymizes });
  else known.anonymizes ||= anonymizes;
  await em.flush();
}

/** Of a customer who is marked; `at` is the machine's time. */
export async function endDeletion(em: EntityManager, id: CustomerId, endings: Endings, at: Date): Promise<void> {
  await expireCheckouts(em, id, endings);
  await endSubscriptions(em, id, endings);
  await retried(() => em.transactional((tx) => takeTheRest(tx, id, at)));
}

/** For whoever wants to call somebody else so meanwhile. */
export async function isNameBeingGivenUp(
  em: EntityManager,
  organization: OrganizationId,
  externalId: string | null | undefined,
): Promise<boolean> {
  if (!externalId) return false;
  return (await em.count(Customer, { organization, externalId, deletedAt: { $ne: null } })) > 0;
}

/** A checkout that is being paid in this moment ends paid; its subscription is ended after it. */
async function expireCheckouts(em: EntityManager, id: CustomerId, { expireCheckout }: Endings): Promise<void> {
  const underWay = await em.find(
    Checkout,
    { customer: id, status: { $in: ['open', 'confirmed'] } },
    { fields: ['id'], disableIdentityMap: true },
  );
  for (const checkout of underWay) await expireCheckout(checkout.id);
}

/** Through their own processes, until none is left that has not been ended. */
async function endSubscriptions(em: EntityManager, id: CustomerId, { revoke }: Endings): Promise<void> {
  const ended = new Set<SubscriptionId>();
  for (;;) {
    const living = await em.find(
      Subscription,
      { customer: id, status: { $ne: 'canceled' }, id: { $nin: [...ended] } },
      { fields: ['id'], disableIdentityMap: true },
    );
    if (living.length === 0) return;
    for (const subscription of living) {
      await revoke(subscription.id);
      ended.add(subscription.id);
    }
  }
}

async function takeTheRest(em: EntityManager, id: CustomerId, at: Date): Promise<void> {
  await revokeAllOf(em, { id }, at);
  await lockRow(em, Customer, id);
  await em.execute('select from members where customer_id = ? order by id for no key update', [id]);
  const row = (await em.findOneOrFail(Customer, id, { populate: ['testClock'], refresh: true })) as CustomerRow;
  const now = nowOf(row, at);
  await revokeSeatsBought(em, row, now);
  await dropMembers(em, row, now);
  await takeNameBack(em, row, now);
  const deletion = await em.findOne(CustomerDeletion, id, { refresh: true });
  if (deletion === null) return;
  if (deletion.anonymizes) await forget(em, row);
  await em.nativeDelete(CustomerDeletion, id);
}

/**
 * What says who they were. What was written on orders, their invoices and their payments stays, as the law wants it; events,
 * which nothing changes; and what others keep: webhooks until they are 90 days old, and the card processor.
 */
async function forget(em: EntityManager, customer: CustomerRow): Promise<void> {
  const nobody = `deleted-${customer.id}@anonymized.invalid`;
  await em.nativeUpdate(Customer, customer.id, {
    email: nobody,
    emailVerified: false,
    name: null,
    billingName: null,
    billingAddress: null,
    taxId: null,
    locale: null,
    metadata: {},
  });
  await em.nativeUpdate(
    Checkout,
    { customer: customer.id },
    {
      customerEmail: nobody,
      customerName: null,
      customerBillingName: null,
      customerBillingAddress: null,
      customerTaxId: null,
      customerIpAddress: null,
      externalCustomerId: null,
      customerMetadata: {},
      customFieldData: {},
      metadata: {},
    },
  );
  const said = { cancellationComment: null, customFieldData: {}, metadata: {} };
  await em.nativeUpdate(Subscription, { customer: customer.id }, said);
  await em.nativeUpdate(Order, { customer: customer.id }, { customFieldData: {} });
  await forgetMembers(em, customer);
  await em.nativeDelete(Email, { customer: customer.id });
}
