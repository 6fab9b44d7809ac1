/** What the process of a subscription is started with, as its rows say it. */
import type { SubscriptionId } from '../billing/ids.ts';
import { Subscription } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

/** Without those that have ended: they need no process. */
export async function processesToRun(em: EntityManager, ids: readonly SubscriptionId[]) {
  const rows = await em.find(
    Subscription,
    { id: { $in: [...ids] }, status: { $ne: 'canceled' } },
    {
      fields: ['id', 'status', 'organization', 'customer.id', 'customer.testClock.frozenTime'],
      populate: ['customer.testClock'],
      disableIdentityMap: true,
    },
  );
  return rows.map(({ id, status, organization, customer }) => ({
    id,
    status,
    organizationId: organization.id,
    customerId: customer.id,
    clockNow: customer.testClock?.frozenTime.getTime() ?? null,
  }));
}
