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

export async function orderLinesOf(
  em: EntityManager,
  row: SubscriptionRow,
  plan: ChangeNow,
  discount: DiscountRow | null,
): Promise<OrderLines> {
  const waiting = (await waitingEntries(em, row)).map(lineOfEntry);
  const discountAmount = plan.isNewPeriod ? discountOfNewPeriod(row, plan.lines, discount, plan.period.start) : 0;
  return { lines: [...plan.lines, ...waiting], discountAmount };
}
