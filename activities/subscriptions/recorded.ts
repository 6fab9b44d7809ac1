/** What stands of a subscription's life among its customer's events. */
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { recordSystemEvents, type SystemEvent } from '../../db/system-events.ts';
import type { SubscriptionEvent } from './step.ts';

/** Undefined for what is only a webhook's. */
export function recordOf(row: SubscriptionRow, type: SubscriptionEvent): Omit<SystemEvent, 'at'> | undefined {
  switch (type) {
    case 'subscription.updated':
    case 'subscription.active':
      return undefined;
    case 'subscription.created':
      return recorded(row, type, { started_at: row.startedAt?.toISOString() ?? row.createdAt.toISOString() });
    case 'subscription.canceled':
      return recorded(row, type, {
        canceled_at: (row.canceledAt ?? row.modifiedAt ?? row.createdAt).toISOString(),
        ends_at: row.endsAt?.toISOString(),
        cancel_at_period_end: row.cancelAtPeriodEnd,
        customer_cancellation_reason: row.cancellationReason ?? undefined,
        customer_cancellation_comment: row.cancellationComment ?? undefined,
      });
    case 'subscription.past_due':
      return recorded(row, type, { past_due_at: (row.pastDueAt ?? row.modifiedAt ?? row.createdAt).toISOString() });
    case 'subscription.paused':
      return recorded(row, type, {
        paused_at: (row.pausedAt ?? row.modifiedAt ?? row.createdAt).toISOString(),
        resumes_at: row.resumesAt?.toISOString(),
      });
    case 'subscription.cycled':
    case 'subscription.uncanceled':
    case 'subscription.revoked':
    case 'subscription.resumed':
      return recorded(row, type, {});
  }
}

export type ChangeEventName =
  | 'subscription.updated'
  | 'subscription.product_updated'
  | 'subscription.seats_updated'
  | 'subscription.billing_period_updated'
  | 'subscription.update_cleared'
  | 'subscription.reactivated';

/** What a change has brought, in the transaction that brings it. */
export function recordChange(
  em: EntityManager,
  { id, customer }: SubscriptionRow,
  at: Date,
  name: ChangeEventName,
  metadata: SystemEvent['metadata'] = {},
): Promise<void> {
  return recordSystemEvents(em, [
    { name, customerId: customer.id, metadata: { subscription_id: id, ...metadata }, at },
  ]);
}

const recorded = (
  row: SubscriptionRow,
  name: SystemEvent['name'],
  more: SystemEvent['metadata'],
): Omit<SystemEvent, 'at'> => ({
  name,
  customerId: row.customer.id,
  metadata: {
    subscription_id: row.id,
    product_id: row.product.id,
    amount: row.amount,
    currency: row.currency,
    recurring_interval: row.recurringInterval,
    recurring_interval_count: row.recurringIntervalCount,
    ...more,
  },
});
