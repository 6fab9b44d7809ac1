/** Ends all that hangs on a test clock, then the clock. */
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import type { TestClockRow } from '../../db/entities/test-clock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { deleteCustomer } from '../customers/delete.ts';
import type { WorkflowGateway } from '../workflows.ts';

/** Its customers are deleted one by one; a second call goes on where a first one stopped. */
export async function endClock(em: EntityManager, workflows: WorkflowGateway, clock: TestClockRow): Promise<void> {
  const customers = await em.find(Customer, { testClock: clock.id }, { orderBy: { createdAt: 'asc', id: 'asc' } });
  for (const customer of customers) {
    await deleteCustomer(em, workflows, customer as CustomerRow, { anonymize: false, at: clock.frozenTime });
  }
  clock.deletedAt = new Date();
  await em.flush();
  await workflows.stopTestClock(clock.id);
}
