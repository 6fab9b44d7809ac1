/** What the order of a change, or of the next period, is made of: the change's own lines, and what waits for an order. */
import type { ChangeNow } from '../billing/changes.ts';
import type { Line } from '../billing/orders.ts';
import { lineOfEntry } from './billing-entries.ts';
import { discountOfNewPeriod } from './change-plan.ts';
import type { BillingEntryRow } from './entities/billing-entry.ts';
import type { DiscountRow } from './entities/discount.ts';
import type { SubscriptionRow } from './entities/subscription.ts';

export interface OrderLines {
  readonly lines: Line[];
  readonly discountAmount: number;
}

/** At the instant `at`, with the entries that wait for an order. */
export function orderLinesOf(
  row: SubscriptionRow,
  plan: ChangeNow,
  discount: DiscountRow | null,
  entries: readonly BillingEntryRow[],
  at: number,
): OrderLines {
  const lines = [...plan.lines, ...entries.map(lineOfEntry)];
  // Within a period it is usage that waits, if anything: one that is for once is meant for a period's order.
  if (!plan.isNewPeriod && discount?.duration === 'once') return { lines, discountAmount: 0 };
  return {
    lines,
    discountAmount: discountOfNewPeriod(row, lines, discount, plan.isNewPeriod ? plan.period.start : at),
  };
}
