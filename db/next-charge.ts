/** The order of a subscription that is next, as things stand, and when. */
import type { TaxSheet } from '../tax/sheet.ts';
import { lineOfEntry } from './billing-entries.ts';
import { entriesToBill } from './called-off.ts';
import { discountOf, discountOfNewPeriod } from './change-plan.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import { isMeterCycleNext, usageEndOf } from './meter-cycles.ts';
import { runningLines } from './metered-lines.ts';
import type { EntityManager } from './orm.ts';
import { isPausing, type Quote, quoteOf, quoteOfRenewal } from './quotes.ts';

export interface NextCharge extends Quote {
  /** Null where the period's end brings a pause, or it is paused. */
  readonly at: Date | null;
}

/** Of what was used so far where a meter cycle bills it, else of the current period's end. */
export async function nextCharge(em: EntityManager, taxes: TaxSheet, row: SubscriptionRow): Promise<NextCharge> {
  const ofUsage = isMeterCycleNext(row) ? await quoteOfMeterCycle(em, taxes, row) : null;
  if (ofUsage !== null) return { ...ofUsage, at: usageEndOf(row) };
  return { ...(await quoteOfRenewal(em, taxes, row)), at: isPausing(row) ? null : row.currentPeriodEnd };
}

/** Null where it would make no order. */
async function quoteOfMeterCycle(em: EntityManager, taxes: TaxSheet, row: SubscriptionRow): Promise<Quote | null> {
  const at = usageEndOf(row).getTime();
  // Who pays late goes on with the meter period of then.
  const used = await runningLines(em, taxes, row, row.status === 'past_due' ? 'now' : 'period_end');
  const entries = await entriesToBill(em, row);
  const waiting = entries.filter(({ proration }) => !proration).map(lineOfEntry);
  const lines = [...used.filter(({ amount }) => amount !== 0), ...waiting];
  if (lines.length === 0) return null;
  const discount = discountOfNewPeriod(row, lines, await discountOf(em, row, row), at);
  return quoteOf(em, taxes, row, lines, discount, at);
}
