/** Tells merchants how far their customers' credits are used up, once for whatever was passed since they were told. */
import { Context } from '@temporalio/activity';
import type { CustomerId, MeterId } from '../../billing/ids.ts';
import { Customer } from '../../db/entities/customer.ts';
import { emit } from '../../db/events.ts';
import { isLevelPassed, watchLevels } from '../../db/levels.ts';
import { lockRow } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import { loadCustomerState } from '../../db/views/customer-state.ts';
import { type Dependencies, transaction } from '../dependencies.ts';

export interface TellLevels {
  readonly customerId: CustomerId;
  readonly at: number;
}

/** What is told, that it is told and what is waited for next are written together. Done again, it tells nothing. */
export function tellLevels(deps: Dependencies, { customerId, at }: TellLevels): Promise<void> {
  return transaction(deps, async (em) => {
    await lockRow(em, Customer, customerId);
    const customer = await em.findOne(Customer, { id: customerId, deletedAt: null }, { populate: ['testClock'] });
    if (customer === null) return;
    if (await isLevelPassed(em, customerId)) {
      await emit(em, {
        organizationId: customer.organization.id,
        type: 'customer.state_changed',
        at: nowOf(customer, new Date(at)),
        data: () => loadCustomerState(em, customerId),
      });
    }
    await watchLevels(em, customerId);
  });
}

export interface TellLevelsOf {
  readonly meterId: MeterId;
  readonly at: number;
}

const PAGE = 200;

/** Everybody who has credits on the meter: its thresholds are others now. Goes on where a try before it got to. */
export async function tellLevelsOf(deps: Dependencies, { meterId, at }: TellLevelsOf): Promise<void> {
  const context = Context.current();
  const em = deps.orm.em.fork();
  let after = String(context.info.heartbeatDetails ?? NO_ID);
  for (;;) {
    const page = await em.execute<{ id: CustomerId }[]>(
      `select customer_id as id from customer_meters where meter_id = ? and credited > 0 and customer_id > ?
       order by customer_id limit ${PAGE}`,
      [meterId, after],
    );
    for (const { id } of page) {
      await tellLevels(deps, { customerId: id, at });
      after = id;
      context.heartbeat(after);
    }
    if (page.length < PAGE) return;
  }
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
