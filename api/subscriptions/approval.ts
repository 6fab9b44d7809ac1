/** The charge of a change that waits for the customer's bank, and how such a charge has ended. */
import type { z } from 'zod';
import type { CustomerId } from '../../billing/ids.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { CustomerOrderPaymentConfirmation } from '../../schemas/customer-portal.ts';

/** By the processor's id of it, of this customer and subscription alone. */
export function chargeAtBank(
  em: EntityManager,
  customer: CustomerId,
  { id }: SubscriptionRow,
  processorId: string,
): Promise<PaymentRow | null> {
  return em.findOne(Payment, { processorId, customer, order: { subscription: id }, returnUrl: { $ne: null } });
}

type Approval = z.input<typeof CustomerOrderPaymentConfirmation>;

/** In the shape in which the portal tells how a payment went. */
export function approvalView({ status, clientSecret, declineMessage }: PaymentRow): Approval {
  if (status === 'succeeded') return { status, client_secret: null, error: null };
  if (status === 'pending') return { status: 'requires_action', client_secret: clientSecret ?? null, error: null };
  return { status: 'failed', client_secret: null, error: declineMessage ?? 'The payment was not completed.' };
}
