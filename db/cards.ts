/** Which saved card is charged for what. */
import type { CustomerId, PaymentMethodId } from '../billing/ids.ts';
import type { CustomerRow } from './entities/customer.ts';
import { Subscription, type SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

/** Its own, where who bought it had only typed the customer's address; else the one that the customer has for all. */
export function cardOfSubscription(
  row: Pick<SubscriptionRow, 'paymentMethodId'>,
  customer: Pick<CustomerRow, 'defaultPaymentMethodId'>,
): PaymentMethodId | null {
  return row.paymentMethodId ?? customer.defaultPaymentMethodId ?? null;
}

/**
 * What is charged to a card of its own is charged to the default from now on; to be called before the customer is locked,
 * as subscriptions come first (lock.ts).
 */
export async function dropOwnCards(em: EntityManager, customer: CustomerId, card?: PaymentMethodId): Promise<void> {
  const own = card ?? { $ne: null };
  await em.nativeUpdate(Subscription, { customer, paymentMethodId: own }, { paymentMethodId: null });
}
