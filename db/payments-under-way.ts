/** Attempts to pay orders that have not come to an end: the processor is at work on them, or waits for the customer's bank. */
import type { OrderId } from '../billing/ids.ts';
import type { OrderRow } from './entities/order.ts';
import { Payment } from './entities/payment.ts';
import type { EntityManager } from './orm.ts';

export interface PaymentUnderWay {
  /** Null: it is waited for the processor alone. */
  readonly atBank: {
    /** The processor's name of it: who has it alone can't pay with it. */
    readonly paymentIntentId: string;
    readonly approveBy: Date;
  } | null;
}

/** One of an order at most. */
export async function paymentsUnderWay(
  em: EntityManager,
  orders: readonly Pick<OrderRow, 'id' | 'status'>[],
): Promise<Map<OrderId, PaymentUnderWay>> {
  const unpaid = orders.filter(({ status }) => status === 'pending').map(({ id }) => id);
  if (unpaid.length === 0) return new Map();
  const payments = await em.find(
    Payment,
    { order: { $in: unpaid }, status: 'pending' },
    { orderBy: { attempt: 'asc' } },
  );
  return new Map(
    payments.flatMap(({ order, processorId: paymentIntentId, approveBy }) => {
      const atBank = paymentIntentId && approveBy ? { paymentIntentId, approveBy } : null;
      return order ? [[order.id, { atBank }]] : [];
    }),
  );
}
