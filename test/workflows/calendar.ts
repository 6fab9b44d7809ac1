/**
 * Dates of lives, as they are written in tests. Time only goes forward, and it begins at the machine's today; so a test's
 * years are moved on by a multiple of four, which leaves leap years where they are.
 */
import { DAY } from '../../billing/periods.ts';

/** `YYYY-MM-DD`, or an instant in ISO form, UTC. */
export type Day = string;

/** 2100 has no leap day: no file with lives that need one may have so many that they reach it. */
const LAST_YEAR = 2196;

export class Calendar {
  private readonly years: number;

  /** Puts `first` after `now` (ms since 1970). */
  constructor(first: Day, now: number) {
    let years = 0;
    while (shifted(first, years) <= now) years += 4;
    if (new Date(shifted(first, years)).getUTCFullYear() > LAST_YEAR) {
      throw new Error('Too many lives in one file.');
    }
    this.years = years;
  }

  /** Milliseconds since 1970 on the server's clock. */
  at(day: Day): number {
    return shifted(day, this.years);
  }

  /** Late on a day: what a test does then takes moments, which pass on the server too. */
  endOf(day: Day): number {
    return this.at(day) + DAY - 60_000;
  }

  /** As the test writes it: the day alone. */
  day(instant: Date | number): Day {
    const date = new Date(instant);
    return `${date.getUTCFullYear() - this.years}${date.toISOString().slice(4, 10)}`;
  }
}

function shifted(day: Day, years: number): number {
  const date = new Date(day);
  return Date.UTC(
    date.getUTCFullYear() + years,
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    date.getUTCMilliseconds(),
  );
}
