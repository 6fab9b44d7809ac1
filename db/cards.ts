/** Which saved card is charged for what. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, PaymentMethodId, SubscriptionId } from '../billing/ids.ts';
import type { CustomerRow } from './entities/customer.ts';
import { Subscription, type SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';
import { wake } from './outbox.ts';

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

/**
 * Has the default card tried on what is unpaid; in the transaction that chose it, once it is written. The customer is locked
 * then, and so no charge is begun to another card, unseen, at the same time.
 */
export async function tryDefaultCard(em: EntityManager, customer: CustomerId): Promise<void> {
  if ((await unpaidSubscriptions(em, customer)).length === 0) return;
  await wake(em, 'customer_card', `${customer}/${randomUUID()}`);
}

/** Also those whose charge is under way: to a card of before, which may be declined. */
export async function unpaidSubscriptions(em: EntityManager, customer: CustomerId): Promise<SubscriptionId[]> {
  const rows: { id: SubscriptionId }[] = await em.execute(UNPAID, [customer]);
  return rows.map(({ id }) => id);
}

const UNPAID = `
  select id from subscriptions s where customer_id = ? and status <> 'canceled' and (
    status = 'past_due'
    or exists (
      select from orders o join payments p on p.order_id = o.id where o.subscription_id = s.id and p.status = 'pending'))
  order by id`;
