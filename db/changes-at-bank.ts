/** Changes whose payment waits for the customer's bank. */
import type { SubscriptionId } from '../billing/ids.ts';
import { Payment } from './entities/payment.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { SubscriptionChange, type SubscriptionChangeRow } from './entities/subscription-change.ts';
import type { EntityManager } from './orm.ts';

export interface ChangeAtBank {
  readonly change: SubscriptionChangeRow;
  readonly orderId: NonNullable<SubscriptionChangeRow['orderId']>;
  /** The processor's name of the payment: who has it alone can't pay with it. */
  readonly paymentIntentId: string;
  readonly dueAmount: number;
  readonly approveBy: Date;
}

/** One of a subscription at most. */
export async function changesAtBank(
  em: EntityManager,
  rows: readonly SubscriptionRow[],
): Promise<Map<SubscriptionId, ChangeAtBank>> {
  const charging = await em.find(SubscriptionChange, {
    subscriptionId: { $in: rows.map(({ id }) => id) },
    status: 'charging',
  });
  if (charging.length === 0) return new Map();
  const orderIds = charging.flatMap(({ orderId }) => orderId ?? []);
  const waiting = { order: { $in: orderIds }, status: 'pending', approveBy: { $ne: null } } as const;
  const payments = await em.find(Payment, waiting);
  return new Map(
    charging.flatMap((change) => {
      const payment = payments.find(({ order }) => order?.id === change.orderId);
      if (!change.orderId || !payment?.processorId || !payment.approveBy) return [];
      const { processorId: paymentIntentId, amount: dueAmount, approveBy } = payment;
      const { orderId } = change;
      return [
        [
          change.subscriptionId,
          { change: change as SubscriptionChangeRow, orderId, paymentIntentId, dueAmount, approveBy },
        ],
      ];
    }),
  );
}

/** Null where nothing waits. */
export async function changeAtBank(em: EntityManager, row: SubscriptionRow): Promise<ChangeAtBank | null> {
  return (await changesAtBank(em, [row])).get(row.id) ?? null;
}
