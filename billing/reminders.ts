/** When customers are reminded of a renewal, and of a card that expires. Instants are ms since 1970. */
import { DAY, type Period, type Recurrence } from './periods.ts';

/** How long before it a renewal is reminded of. */
const AHEAD = 7 * DAY;
/** How many of an interval make a year. */
const A_YEAR = { day: 365, week: 52, month: 12, year: 1 } as const;

/** 7 days before the end of a period, for what renews once a year or more rarely; null: not at all. */
export function renewalReminderAt(period: Period, { interval, count }: Recurrence): number | null {
  if (count < A_YEAR[interval]) return null;
  const at = period.end - AHEAD;
  return at > period.start ? at : null;
}

/** The month in which an instant lies, as a card names its expiry: it is good until the end of that month. */
export function monthOf(at: Date): { readonly year: number; readonly month: number } {
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1 };
}
