/**
 * The product's own events, in the stream of those that merchants send: they are listed, and counted by meters, in the
 * transaction in which the thing happens.
 */
import type { Aggregation } from '../billing/aggregations.ts';
import type { Filter } from '../billing/event-filters.ts';
import type { CustomerId, MeterId, OrganizationId } from '../billing/ids.ts';
import { addToAccounts, type Run } from '../usage/add-to-accounts.ts';
import type { Subject } from '../usage/subjects.ts';
import { Tallied } from '../usage/tallied.ts';
import type { EntityManager } from './orm.ts';

/** By the peer's names. */
export type SystemEventName =
  | 'subscription.created'
  | 'subscription.cycled'
  | 'subscription.canceled'
  | 'subscription.uncanceled'
  | 'subscription.updated'
  | 'subscription.product_updated'
  | 'subscription.seats_updated'
  | 'subscription.billing_period_updated'
  | 'subscription.update_cleared'
  | 'subscription.reactivated'
  | 'subscription.revoked'
  | 'subscription.past_due'
  | 'subscription.paused'
  | 'subscription.resumed'
  | 'order.paid'
  | 'order.voided'
  | 'benefit.granted'
  | 'benefit.updated'
  | 'benefit.cycled'
  | 'benefit.revoked'
  | 'customer.created'
  | 'customer.updated'
  | 'customer.deleted'
  | 'meter.credited'
  | 'meter.reset'
  | 'checkout.created'
  | 'balance.order'
  | 'balance.credit_order';

/** Of somebody of whom no customer is known: they count as one of their own. */
export interface Nobody {
  readonly organizationId: OrganizationId;
  readonly subject: Subject;
}

export interface SystemEvent {
  readonly name: SystemEventName;
  readonly customerId: CustomerId | Nobody;
  /** Ids are text; what there is nothing of is left out. */
  readonly metadata: Readonly<Record<string, string | number | boolean | null | object | undefined>>;
  readonly at: Date;
}

interface Counted {
  readonly subject: Subject;
  readonly name: string;
  readonly ms: number;
  readonly metadata: Record<string, unknown>;
  readonly meter_id: MeterId;
  readonly organization_id: OrganizationId;
  readonly filter: Filter;
  readonly aggregation: Aggregation;
  readonly received_at: string;
}

/** One statement, and more where a meter counts them. The customers' rows must be flushed. */
export async function recordSystemEvents(em: EntityManager, events: readonly SystemEvent[]): Promise<void> {
  if (events.length === 0) return;
  const given = events.map(({ name, customerId, metadata, at }) => {
    const whose =
      typeof customerId === 'string'
        ? { customer_id: customerId }
        : { organization_id: customerId.organizationId, subject: customerId.subject };
    return { name, ...whose, metadata, timestamp: at.toISOString() };
  });
  const rows: Counted[] = await em.execute('select * from record_system_events(?::jsonb)', [JSON.stringify(given)]);
  const tallied = new Tallied();
  for (const { subject, name, ms, metadata, meter_id: id, organization_id: organizationId, ...terms } of rows) {
    const event = { subject, name, source: 'system' as const, timestamp: ms, metadata };
    tallied.add(event, organizationId, [{ id, organizationId, ...terms }]);
  }
  if (tallied.additions.length === 0 && tallied.seenValues.length === 0) return;
  // All of their accounts at once: more may be told of them in this transaction, which other meters count.
  const customers = new Set(events.flatMap(({ customerId }) => (typeof customerId === 'string' ? customerId : [])));
  await em.execute('select lock_accounts_of(?::uuid[])', [`{${[...customers].join(',')}}`]);
  await addToAccounts(running(em), tallied, rows[0]?.received_at ?? '');
}

/** The entity manager numbers its values by their places, and knows no lists. */
const running =
  (em: EntityManager): Run =>
  (text, values) => {
    const placed: unknown[] = [];
    const statement = text.replaceAll(/\$(\d+)/g, (_, number) => {
      const value = values[Number(number) - 1];
      placed.push(Array.isArray(value) ? `{${value.map((each) => each ?? 'NULL').join(',')}}` : value);
      return '?';
    });
    return em.execute(statement, placed);
  };
