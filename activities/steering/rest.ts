/** Waiting until what a test clock has set off has come to rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { TestClockId } from '../../billing/ids.ts';
import type { EntityManager } from '../../db/orm.ts';

/** What takes longer, such as a receiver that never answers, is not waited for. */
const PATIENCE = 60_000;
const PAUSE = 25;

/** Until each grant of the clock's customers is what billing wants of it, or was refused for good; false: in vain. */
export function grantsAtRest(em: EntityManager, clockId: TestClockId): Promise<boolean> {
  return patiently(async () => {
    const restless = await em.execute(
      `select 1 from benefit_grants g join customers c on c.id = g.customer_id
       where c.test_clock_id = ? and greatest(g.done_version, g.failed_version) < g.version limit 1`,
      [clockId],
    );
    return restless.length === 0;
  });
}

/**
 * Until each webhook event of the clock's organization that has been written by now has been sent once, whoever it is
 * about; what others go on writing meanwhile is not waited for. To be asked once the grants rest, which write the last.
 */
export async function eventsAtRest(em: EntityManager, clockId: TestClockId): Promise<boolean> {
  const newest = await newestUnsent(em, clockId, null);
  if (newest === null) return true;
  return patiently(async () => (await newestUnsent(em, clockId, newest)) === null);
}

async function newestUnsent(em: EntityManager, clockId: TestClockId, upTo: string | null): Promise<string | null> {
  const [found] = await em.execute<{ position: string | null }[]>(
    `select max(e.position) as position
     from test_clocks c join webhook_endpoints p on p.organization_id = c.organization_id
     join webhook_events e on e.endpoint_id = p.id
     where c.id = ? and p.enabled and p.deleted_at is null and e.state = 'pending'
       and e.position <= coalesce(?::bigint, e.position)`,
    [clockId, upTo],
  );
  return found?.position ?? null;
}

async function patiently(rests: () => Promise<boolean>): Promise<boolean> {
  const { cancellationSignal } = Context.current();
  const began = performance.now();
  while (!(await rests())) {
    if (performance.now() - began > PATIENCE) return false;
    await sleep(PAUSE, undefined, { signal: cancellationSignal });
  }
  return true;
}
