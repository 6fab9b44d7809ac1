/** What the order of a change, or of the next period, is made of: the change's own lines, and what waits for an order. */
import type { ChangeNow } from '../billing/changes.ts';
import type { Line } from '../billing/orders.ts';
import { lineOfEntry, waitingEntries } from './billing-entries.ts';
import { discountOfNewPeriod } from './change-plan.ts';
import type { DiscountRow } from './entities/discount.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

export interface OrderLines {
  readonly lines: Line[];
  readonly discountAmount: number;
}

/** At the instant `at`. */
export async function orderLinesOf(
  em: EntityManager,
  row: SubscriptionRow,
  plan: ChangeNow,
  discount: DiscountRow | null,
  at: number,
): Promise<OrderLines> {
  const waiting = (await waitingEntries(em, row)).map(lineOfEntry);
  const lines = [...plan.lines, ...waiting];
  // Within a period it is usage that waits, if anything: one that is for once is meant for a period's order.
  if (!plan.isNewPeriod && discount?.duration === 'once') return { lines, discountAmount: 0 };
  return {
    lines,
    discountAmount: discountOfNewPeriod(row, lines, discount, plan.isNewPeriod ? plan.period.start : at),
  };
}
