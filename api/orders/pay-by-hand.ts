/** A customer pays what is due: by the process of the subscription, or of the order where that has ended. */
import type { PaymentMethodId } from '../../billing/ids.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import type { EntityManager } from '../../db/orm.ts';
import { orderNotEligibleForRetry } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';

type Outcome = { readonly status: 'paid' } | { readonly status: 'declined'; readonly reason: string };

/** `card` null: the default one. */
export async function payByHand(
  em: EntityManager,
  workflows: WorkflowGateway,
  order: OrderRow,
  card: PaymentMethodId | null,
): Promise<Outcome> {
  const { status, subscription, nextPaymentAttemptAt } = order;
  if (status !== 'pending' || !subscription) throw notDue();
  if (subscription.status === 'canceled') {
    await em.populate([order], ['customer.testClock']);
    const { organization, customer } = order;
    const of = { orderId: order.id, organizationId: organization.id, customerId: customer.id };
    const clockNow = customer.testClock?.frozenTime.getTime() ?? null;
    const outcome = await workflows.payOwed(of, { paymentMethodId: card, clockNow });
    if (outcome.status === 'paid' || outcome.status === 'declined') return outcome;
    throw notDue();
  }
  if (!nextPaymentAttemptAt) throw notDue();
  const outcome = await workflows.subscription(subscription.id).retryPayment('retry_customer', card ?? undefined);
  return outcome.status === 'declined' ? outcome : { status: 'paid' };
}

const notDue = () => orderNotEligibleForRetry('This order is not waiting for a payment.');
