/** Moves a subscription's row from period to period. */
import { cycleAt, type Period, periodOf } from '../../billing/periods.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';

/** A period that begins off the calendar kept so far; later ones are counted from it. */
export function startPeriodAt(row: SubscriptionRow, at: Date): void {
  row.anchor = at;
  row.anchorCycle = row.cycle;
  const period = nextPeriod(row);
  row.currentPeriodStart = new Date(period.start);
  row.currentPeriodEnd = new Date(period.end);
}

/** At a renewal, or at the end of a trial. */
export function enterNextPeriod(row: SubscriptionRow, at: Date): void {
  const period = nextPeriod(row);
  if (row.status === 'trialing') row.status = 'active';
  row.currentPeriodStart = new Date(period.start);
  row.currentPeriodEnd = new Date(period.end);
  row.modifiedAt = at;
}

/** After a trial the first period of the anchor, which is the trial's end; else the one after the current. */
function nextPeriod(row: SubscriptionRow): Period {
  const recurrence = { interval: row.recurringInterval, count: row.recurringIntervalCount };
  row.cycle += 1;
  return periodOf(row.anchor.getTime(), recurrence, row.cycle - row.anchorCycle);
}

/** Leaves out periods that passed while an order was unpaid: they were not delivered, so they are not billed. */
export function skipMissedPeriods(row: SubscriptionRow, at: Date): void {
  if (row.currentPeriodEnd.getTime() > at.getTime()) return;
  const recurrence = { interval: row.recurringInterval, count: row.recurringIntervalCount };
  row.cycle = row.anchorCycle + cycleAt(row.anchor.getTime(), recurrence, at.getTime());
  const period = periodOf(row.anchor.getTime(), recurrence, row.cycle - row.anchorCycle);
  row.currentPeriodStart = new Date(period.start);
  row.currentPeriodEnd = new Date(period.end);
}
