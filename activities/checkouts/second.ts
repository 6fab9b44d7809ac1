/** Whether somebody else, or the buyer elsewhere, has already what would begin or be changed. */
import { Checkout, type CheckoutRow } from '../../db/entities/checkout.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';

/**
 * Where the organization allows one subscription a customer, and this customer has one or is paying for one at another
 * checkout than this. The customer's row is locked, so that of two at once the later sees the earlier.
 */
export async function secondSubscription(
  em: EntityManager,
  customer: CustomerRow,
  checkout: CheckoutRow | null,
): Promise<'already_subscribed' | 'paying_elsewhere' | null> {
  if (checkout !== null && !checkout.product.recurringInterval) return null;
  const organization = await em.findOneOrFail(Organization, customer.organization.id);
  if (organization.subscriptionSettings.allow_multiple_subscriptions) return null;
  const living = await em.count(Subscription, { customer: customer.id, status: { $ne: 'canceled' } });
  if (living > 0) return 'already_subscribed';
  const elsewhere = await em.count(Checkout, {
    ...BEING_PAID,
    ...(checkout === null ? {} : { id: { $ne: checkout.id } }),
    customer: customer.id,
    product: { recurringInterval: { $ne: null } },
  });
  return elsewhere > 0 ? 'paying_elsewhere' : null;
}

/** An upgrade makes no second subscription; but of two at once, one would have to. The customer's row is locked. */
export async function secondUpgrade(
  em: EntityManager,
  checkout: CheckoutRow,
  subscription: SubscriptionRow,
): Promise<'paying_elsewhere' | null> {
  const elsewhere = await em.count(Checkout, {
    ...BEING_PAID,
    id: { $ne: checkout.id },
    upgradeOf: subscription.id,
  });
  return elsewhere > 0 ? 'paying_elsewhere' : null;
}

/** However long it has waited for the buyer, who may still come back from their bank: it has to be called off first. */
const BEING_PAID = { status: 'confirmed' as const };
