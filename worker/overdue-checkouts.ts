/**
 * Open checkouts whose time is over get a process, which ends them: until then, most have none. One that has a process ends
 * by that. Customers on test clocks are left to their clocks.
 */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from '@temporalio/client';
import { startCheckouts } from '../activities/waking/checkouts.ts';
import { callAll } from '../activities/waking/wake.ts';

const MOST = 500;

const OVERDUE = `
  select k.id from checkouts k left join customers c on c.id = k.customer_id
    where k.status = 'open' and k.expires_at <= now() and c.test_clock_id is null
    order by k.expires_at limit ${MOST}`;

/** What can't be started now is found again. */
export async function endOverdueCheckouts(orm: MikroORM, temporal: Client): Promise<void> {
  const em = orm.em.fork();
  const overdue: { id: string }[] = await em.execute(OVERDUE);
  if (overdue.length === 0) return;
  const ids = overdue.map(({ id }) => id);
  const [failure] = await callAll(temporal, await startCheckouts(em, temporal, ids));
  if (failure !== undefined) throw failure.error;
}
