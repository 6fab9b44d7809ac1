/** Billing periods: month arithmetic that keeps the anchor's day and time of day. Instants are ms since 1970, UTC. */

export type Interval = 'day' | 'week' | 'month' | 'year';

/** Every `count` intervals. */
export interface Recurrence {
  readonly interval: Interval;
  readonly count: number;
}

/** From `start` up to, not including, `end`. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

export const DAY = 86_400_000;

/**
 * The instant `steps` recurrences after the anchor. Always counted from the anchor, so that a short month doesn't pull
 * later ones forward: from 31 Jan monthly come 28 Feb, 31 Mar, 30 Apr.
 */
export function addIntervals(anchor: number, { interval, count }: Recurrence, steps: number): number {
  const n = count * steps;
  switch (interval) {
    case 'day':
      return anchor + n * DAY;
    case 'week':
      return anchor + n * 7 * DAY;
    case 'month':
      return addMonths(anchor, n);
    case 'year':
      return addMonths(anchor, 12 * n);
  }
}

/** Period number `cycle` (1 is the first) of a recurrence that began at the anchor. */
export function periodOf(anchor: number, recurrence: Recurrence, cycle: number): Period {
  return { start: addIntervals(anchor, recurrence, cycle - 1), end: addIntervals(anchor, recurrence, cycle) };
}

/** The number of the period in which an instant at or after the anchor lies. */
export function cycleAt(anchor: number, recurrence: Recurrence, at: number): number {
  // Lengths differ by a few days at most: an estimate from below is at most a step or two off per year.
  let cycle = Math.max(1, Math.floor((at - anchor) / longest(recurrence)));
  while (periodOf(anchor, recurrence, cycle).end <= at) cycle += 1;
  return cycle;
}

function longest({ interval, count }: Recurrence): number {
  const days = { day: 1, week: 7, month: 31, year: 366 }[interval];
  return days * DAY * count;
}

function addMonths(anchor: number, months: number): number {
  const from = new Date(anchor);
  const month = from.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const firstOfMonth = Date.UTC(from.getUTCFullYear(), month, 1);
  return firstOfMonth + (Math.min(from.getUTCDate(), lastDay) - 1) * DAY + (((anchor % DAY) + DAY) % DAY);
}
