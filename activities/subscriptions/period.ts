/** Moves a subscription's row from period to period, and from meter period to meter period within one. */
import { meterPeriodIn } from '../../billing/meter-periods.ts';
import { cycleAt, type Period, periodOf } from '../../billing/periods.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';

/** A period that begins off the calendar kept so far; later ones are counted from it. */
export function startPeriodAt(row: SubscriptionRow, at: Date): void {
  row.anchor = at;
  row.anchorCycle = row.cycle;
  const period = nextPeriod(row);
  setPeriod(row, period);
}

/** At a renewal, or at the end of a trial. */
export function enterNextPeriod(row: SubscriptionRow, at: Date): void {
  const period = nextPeriod(row);
  if (row.status === 'trialing') row.status = 'active';
  setPeriod(row, period);
  row.modifiedAt = at;
}

/** Its first meter period begins with it. */
function setPeriod(row: SubscriptionRow, period: Period): void {
  row.currentPeriodStart = new Date(period.start);
  row.currentPeriodEnd = new Date(period.end);
  enterMeterPeriod(row, row.currentPeriodStart);
}

/** The one of the current period in which `at` lies, where meters have a cycle of their own. A trial is one. */
export function enterMeterPeriod(row: SubscriptionRow, at: Date): void {
  const found = meterPeriodOf(row, at);
  row.currentMeterPeriodStart = found && new Date(found.start);
  row.currentMeterPeriodEnd = found && new Date(found.end);
}

/** The current period's end was moved: the meter period that runs goes on, and ends no later. */
export function followMovedEnd(row: SubscriptionRow): void {
  if (!row.currentMeterPeriodStart) return;
  const { end } = meterPeriodOf(row, row.currentMeterPeriodStart) ?? { end: row.currentPeriodEnd.getTime() };
  row.currentMeterPeriodEnd = new Date(end);
}

function meterPeriodOf(row: SubscriptionRow, at: Date): Period | null {
  const { meterInterval: interval, meterIntervalCount: count } = row;
  if (!interval || !count) return null;
  const period = { start: row.currentPeriodStart.getTime(), end: row.currentPeriodEnd.getTime() };
  if (row.status === 'trialing') return { ...period, start: row.trialStart?.getTime() ?? period.start };
  return meterPeriodIn(period, row.anchor.getTime(), { interval, count }, at.getTime());
}

/** After a trial the first period of the anchor, which is the trial's end; else the one after the current. */
function nextPeriod(row: SubscriptionRow): Period {
  const recurrence = { interval: row.recurringInterval, count: row.recurringIntervalCount };
  row.cycle += 1;
  return periodOf(row.anchor.getTime(), recurrence, row.cycle - row.anchorCycle);
}

/**
 * Leaves out periods that passed while an order was unpaid. What it paid for may be the one that runs now. Where it was
 * for what is past, usage or a period of grace, that one is still to be paid: the one before it stays, and is over, so
 * that a renewal is due at once. Of meter periods the usage stays, and is of the one that runs now, or the last of the
 * period that is over.
 */
export function skipMissedPeriods(row: SubscriptionRow, at: Date, paidFor: 'running' | 'past'): void {
  if (row.currentPeriodEnd <= at) {
    const recurrence = { interval: row.recurringInterval, count: row.recurringIntervalCount };
    const running = row.anchorCycle + cycleAt(row.anchor.getTime(), recurrence, at.getTime());
    const cycle = paidFor === 'running' ? running : running - 1;
    // One whose end was moved is not of the calendar.
    if (cycle > row.cycle) {
      row.cycle = cycle;
      setPeriod(row, periodOf(row.anchor.getTime(), recurrence, cycle - row.anchorCycle));
    }
  }
  if (row.currentMeterPeriodEnd && row.currentMeterPeriodEnd <= at) enterMeterPeriod(row, at);
}
