/**
 * Periods by which usage is closed and billed, and units are credited, where they are shorter than the ones that are paid
 * in advance: a yearly plan whose usage is billed by the month. Instants are ms since 1970.
 */
import { cycleAt, type Interval, type Period, periodOf, type Recurrence } from './periods.ts';

/** Months are not made of weeks, nor of days. */
const UNITS: Readonly<Record<Interval, { readonly of: 'day' | 'month'; readonly count: number }>> = {
  day: { of: 'day', count: 1 },
  week: { of: 'day', count: 7 },
  month: { of: 'month', count: 1 },
  year: { of: 'month', count: 12 },
};

/** Whether a whole number of them makes up the billing interval, so that both end together. */
export function dividesEvenly(meter: Recurrence, billing: Recurrence): boolean {
  const [part, whole] = [UNITS[meter.interval], UNITS[billing.interval]];
  return part.of === whole.of && (whole.count * billing.count) % (part.count * meter.count) === 0;
}

/**
 * The meter period in which an instant of a billing period lies, never beyond that. It is counted from the anchor, so that
 * its day of the month is kept; where the end of the billing period was moved, which anchors later ones, from its start.
 */
export function meterPeriodIn(period: Period, anchor: number, meter: Recurrence, at: number): Period {
  const from = Math.min(anchor, period.start);
  const within = Math.min(Math.max(at, period.start), period.end - 1);
  const { start, end } = periodOf(from, meter, cycleAt(from, meter, within));
  return { start: Math.max(start, period.start), end: Math.min(end, period.end) };
}
