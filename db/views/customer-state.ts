/** A customer with all that they may use at the moment. */
import type { CustomerId } from '../../billing/ids.ts';
import type { CustomerState } from '../../schemas/customer.ts';
import { usageOfCustomer, usageOfSubscriptions } from '../customer-meters.ts';
import { BenefitGrant } from '../entities/benefit-grant.ts';
import { Customer } from '../entities/customer.ts';
import { Subscription, type SubscriptionRow } from '../entities/subscription.ts';
import { keepTold } from '../levels.ts';
import { lockRow } from '../lock.ts';
import type { EntityManager } from '../orm.ts';
import { customerView } from './customer.ts';
import { stateMeterView, stateSubscriptionMetersView } from './customer-meter.ts';
import { identity, iso } from './stamps.ts';
import { subscriptionFieldsView } from './subscription.ts';

/**
 * Within a transaction: the state that its commit makes, with what others have committed. They wait for the customer's
 * row, so that of two things that happen at once the second tells of both. What it says of meters is told with it.
 */
export async function loadCustomerState(em: EntityManager, customerId: CustomerId): Promise<CustomerState> {
  if (em.isInTransaction()) {
    await em.flush();
    await lockRow(em, Customer, customerId);
  }
  // A fork has read nothing yet that may have changed before the lock was had.
  return stateOf(em.fork({ keepTransactionContext: true }), customerId);
}

async function stateOf(em: EntityManager, customerId: CustomerId): Promise<CustomerState> {
  const [customer, subscriptions, grants, meters] = await Promise.all([
    em.findOneOrFail(Customer, customerId),
    em.find(
      Subscription,
      { customer: customerId, status: { $in: ['active', 'trialing'] } },
      { populate: ['meters.meter', 'meters.price'], orderBy: { createdAt: 'asc' } },
    ),
    em.find(
      BenefitGrant,
      { customer: customerId, grantedAt: { $ne: null }, revokedAt: null },
      { populate: ['benefit'], orderBy: { createdAt: 'asc' } },
    ),
    usageOfCustomer(em, customerId),
  ]);
  const usages = await usageOfSubscriptions(em, subscriptions);
  if (em.isInTransaction()) await keepTold(em, meters);
  return {
    ...customerView(customer),
    active_subscriptions: subscriptions.map((row) => {
      const { id, created_at, modified_at, amount, currency, recurring_interval, ...rest } =
        subscriptionFieldsView(row);
      return {
        ...{ id, created_at, modified_at, amount, currency, recurring_interval },
        custom_field_data: row.customFieldData,
        metadata: row.metadata,
        status: row.status,
        current_period_start: rest.current_period_start,
        current_period_end: rest.current_period_end,
        trial_start: rest.trial_start,
        trial_end: rest.trial_end,
        cancel_at_period_end: rest.cancel_at_period_end,
        canceled_at: rest.canceled_at,
        started_at: rest.started_at,
        ends_at: rest.ends_at,
        product_id: rest.product_id,
        discount_id: null,
        meters: stateSubscriptionMetersView(row as SubscriptionRow, usages.get(row.id) ?? new Map()),
      };
    }),
    granted_benefits: grants.map((row) => ({
      ...identity(row),
      granted_at: iso(row.grantedAt ?? row.createdAt),
      benefit_id: row.benefit.id,
      benefit_type: row.benefit.type,
      benefit_metadata: row.benefit.metadata,
      properties: row.properties,
    })),
    active_meters: meters.map(({ row, usage }) => stateMeterView(row, usage)),
  } as CustomerState;
}
