/** Deletes customers: what they have under way is ended first; orders and books stay. */
import { endDeletion, noteDeletion } from '../../db/customer-deletions.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { ApiError } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';
import { tellCustomer } from './write.ts';

/** Where this stops in the middle, the next call goes on, or the sweep of the workers. */
export async function deleteCustomer(
  em: EntityManager,
  workflows: WorkflowGateway,
  customer: CustomerRow,
  { anonymize, at }: { readonly anonymize: boolean; readonly at: Date },
): Promise<void> {
  await mark(em, customer, anonymize, at);
  const revoke = async (id: Parameters<WorkflowGateway['subscription']>[0]) => {
    try {
      await workflows.subscription(id).revoke({ reason: null, comment: null });
    } catch (error) {
      // It ended by itself in the meantime.
      if (!(error instanceof ApiError && error.error === 'AlreadyCanceledSubscription')) throw error;
    }
  };
  await endDeletion(em, customer.id, { expireCheckout: workflows.expireCheckout, revoke }, at);
}

async function mark(em: EntityManager, customer: CustomerRow, anonymize: boolean, at: Date): Promise<void> {
  await em.transactional(async (tx) => {
    await lockRow(tx, Customer, customer.id);
    const row = await tx.findOneOrFail(Customer, customer.id, { populate: ['testClock'], refresh: true });
    await noteDeletion(tx, customer.id, anonymize);
    if (row.deletedAt) return;
    row.deletedAt = nowOf(row, at);
    row.modifiedAt = row.deletedAt;
    await tx.flush();
    await tellCustomer(tx, row, 'customer.deleted', row.deletedAt);
  });
}
