/** Ends all that hangs on a test clock, then the clock. */
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Subscription } from '../../db/entities/subscription.ts';
import type { TestClockRow } from '../../db/entities/test-clock.ts';
import { emit } from '../../db/events.ts';
import type { EntityManager } from '../../db/orm.ts';
import { customerView } from '../../db/views/customer.ts';
import { ApiError } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';

/** Subscriptions are revoked through their own processes; a second call goes on where a first one stopped. */
export async function endClock(em: EntityManager, workflows: WorkflowGateway, clock: TestClockRow): Promise<void> {
  const living = await em.find(
    Subscription,
    { customer: { testClock: clock.id }, status: { $ne: 'canceled' } },
    { fields: ['id'] },
  );
  for (const { id } of living) await ended(() => workflows.subscription(id).revoke({ reason: null, comment: null }));
  const checkouts = await em.find(
    Checkout,
    { customer: { testClock: clock.id }, status: { $in: ['open', 'confirmed'] } },
    { fields: ['id'] },
  );
  for (const { id } of checkouts) await workflows.expireCheckout(id);
  await em.transactional(async (tx) => {
    const at = clock.frozenTime;
    const customers = await tx.find(Customer, { testClock: clock.id, deletedAt: null });
    for (const customer of customers) {
      customer.deletedAt = at;
      customer.modifiedAt = at;
    }
    await tx.flush();
    const organizationId = clock.organization.id;
    await emit(
      tx,
      ...customers.map((customer) => ({
        organizationId,
        type: 'customer.deleted' as const,
        at,
        data: () => customerView(customer),
      })),
    );
    clock.deletedAt = new Date();
  });
  await workflows.stopTestClock(clock.id);
}

/** It may end by itself in the meantime. */
async function ended(revoke: () => Promise<unknown>): Promise<void> {
  try {
    await revoke();
  } catch (error) {
    if (!(error instanceof ApiError && error.error === 'AlreadyCanceledSubscription')) throw error;
  }
}
