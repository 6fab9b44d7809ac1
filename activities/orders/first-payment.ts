/** The first attempt at an order of a subscription, frozen before the processor hears of it. */
import { cardOfSubscription } from '../../db/cards.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { dueOf } from './pay.ts';
import { paymentOf } from './same-ids.ts';

interface Begun {
  /** Real time, ms since 1970. */
  readonly begunAt: number;
  /** Where a customer who is there comes back to from their bank. */
  readonly returnUrl?: string | null;
}

/** None where nothing is due. */
export function openFirstPayment(
  em: EntityManager,
  row: SubscriptionRow,
  order: OrderRow,
  customer: CustomerRow,
  { begunAt, returnUrl = null }: Begun,
  at: Date,
): void {
  if (dueOf(order) === 0) return;
  em.create(Payment, {
    id: paymentOf(order.id, 1),
    createdAt: at,
    organization: order.organization,
    customer,
    order,
    attempt: 1,
    trigger: 'subscription_cycle',
    begunAt: new Date(begunAt),
    amount: dueOf(order),
    currency: order.currency,
    paymentMethodId: cardOfSubscription(row, customer),
    returnUrl,
  });
}
