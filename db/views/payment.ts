/** An attempt to take money as the API shows it. */
import type { Payment } from '../../schemas/payment.ts';
import type { PaymentRow } from '../entities/payment.ts';
import { identity } from './stamps.ts';

export function paymentView(row: PaymentRow): Payment {
  return {
    ...identity(row),
    processor: 'stripe',
    status: row.status,
    amount: row.amount,
    currency: row.currency,
    trigger: row.trigger,
    decline_reason: row.declineReason ?? null,
    decline_message: row.declineMessage ?? null,
    organization_id: row.organization.id,
    checkout_id: row.checkout?.id ?? null,
    order_id: row.order?.id ?? null,
    processor_metadata: row.processorId ? { payment_intent: row.processorId } : {},
    ...(row.methodBrand && row.methodLast4
      ? { method: 'card', method_metadata: { brand: row.methodBrand, last4: row.methodLast4 } }
      : { method: row.methodType === 'card' ? 'unknown' : row.methodType }),
  } as Payment;
}
