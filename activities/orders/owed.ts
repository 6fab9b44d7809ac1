/** What an ended subscription still owes: not collected by itself any more, paid where its customer wants to. */
import { CUSTOMER_RETRIES } from '../../billing/dunning.ts';
import type { PaymentId } from '../../billing/ids.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { writeEmail } from '../email/write.ts';
import { refuse } from '../failures.ts';
import { markPaid, payOrder, tellOrder } from './pay.ts';

/** While its subscription goes on, that one's process collects it. */
export async function isOwed(em: EntityManager, { status, subscription }: OrderRow): Promise<boolean> {
  if (status !== 'pending' || !subscription) return false;
  return (await em.findOneOrFail(Subscription, subscription.id)).status === 'canceled';
}

export function refuseFurtherTries(earlier: readonly PaymentRow[]): void {
  if (earlier.filter(({ trigger }) => trigger === 'retry_customer').length < CUSTOMER_RETRIES) return;
  refuse('RetryLimit', `This order was tried ${CUSTOMER_RETRIES} times by hand. Please write to the seller.`);
}

/** The subscription stays ended. `paymentId` is null where nothing was left to charge. */
export async function payOwed(
  em: EntityManager,
  order: OrderRow,
  paymentId: PaymentId | null,
  at: Date,
): Promise<void> {
  if (paymentId === null) await markPaid(em, order, at);
  else await payOrder(em, order, await em.findOneOrFail(Payment, paymentId), at);
  await writeEmail(em, { kind: 'order_confirmation', order, at });
  await em.flush();
  await tellOrder(em, order, at, 'order.updated', 'order.paid');
}
