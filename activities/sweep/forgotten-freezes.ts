/**
 * Accounts that were frozen for an end that didn't come about, and whose worker was killed before it could take that back.
 * A step that still needs them frozen finds that they are not, and freezes them again.
 */
import { Context } from '@temporalio/activity';
import type { SubscriptionId } from '../../billing/ids.ts';
import type { Dependencies } from '../dependencies.ts';
import { thawUsage } from '../subscriptions/frozen.ts';

/** In one go: there are hardly ever any. */
const MOST = 500;

export interface ForgottenFreezes {
  /** Only what was frozen before this instant, ms since 1970. */
  readonly before: number;
}

/** Reads all accounts once. What fails is left to the next time. */
export async function thawForgotten(deps: Dependencies, { before }: ForgottenFreezes): Promise<void> {
  // For how the end of a frozen account is written: usage/frozen.ts.
  const found: { id: SubscriptionId }[] = await deps.orm.em.fork().execute(
    `select distinct m.subscription_id as id
     from usage_accounts a join customer_meters m on (m.customer_id, m.meter_id) = (a.subject, a.meter_id)
     where a.period_end <= 'epoch' and a.period_end > to_timestamp(?::float8) and m.subscription_id is not null
     limit ${MOST}`,
    [-before / 1000],
  );
  const context = Context.current();
  for (const { id } of found) {
    await thawUsage(deps, id).catch((error: unknown) => {
      context.log.warn('accounts could not be thawed', { subscription: id, error });
    });
    context.heartbeat(id);
  }
}
