import fc from 'fast-check';
import { addIntervals, cycleAt, DAY, type Interval, periodOf } from '../../billing/periods.ts';

const day = (iso: string) => Date.parse(`${iso}T00:00:00Z`);
const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
const monthly = { interval: 'month', count: 1 } as const;

describe('periods', () => {
  it.each([
    ['2027-01-31', 'month', 1, ['2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31']],
    ['2027-01-30', 'month', 1, ['2027-02-28', '2027-03-30', '2027-04-30']],
    ['2028-01-29', 'month', 1, ['2028-02-29', '2028-03-29']],
    ['2027-01-29', 'month', 1, ['2027-02-28', '2027-03-29']],
    ['2027-10-31', 'month', 1, ['2027-11-30', '2027-12-31', '2028-01-31', '2028-02-29']],
    ['2027-11-30', 'month', 3, ['2028-02-29', '2028-05-30', '2028-08-30']],
    ['2028-02-29', 'year', 1, ['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29']],
    ['2027-03-27', 'week', 1, ['2027-04-03', '2027-04-10']],
    ['2027-03-27', 'week', 2, ['2027-04-10', '2027-04-24']],
    ['2027-12-31', 'day', 1, ['2028-01-01', '2028-01-02']],
    ['2027-02-27', 'day', 30, ['2027-03-29', '2027-04-28']],
    ['2024-02-29', 'month', 12, ['2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']],
  ] as const)('from %s every %s × %i', (anchor, interval, count, expected) => {
    const ends = expected.map((_, index) => iso(addIntervals(day(anchor), { interval, count }, index + 1)));
    expect(ends).toEqual(expected);
  });

  it('keeps the time of day, also where clocks elsewhere change', () => {
    const anchor = Date.parse('2027-02-28T02:30:15.250Z');
    expect(new Date(addIntervals(anchor, monthly, 1)).toISOString()).toBe('2027-03-28T02:30:15.250Z');
    expect(new Date(addIntervals(anchor, monthly, 8)).toISOString()).toBe('2027-10-28T02:30:15.250Z');
  });

  it('keeps the time of day of anchors before 1970', () => {
    const anchor = Date.parse('1969-12-31T23:59:59.999Z');
    expect(new Date(addIntervals(anchor, monthly, 2)).toISOString()).toBe('1970-02-28T23:59:59.999Z');
  });

  const intervals = fc.constantFrom<Interval>('day', 'week', 'month', 'year');
  const recurrences = fc.record({ interval: intervals, count: fc.integer({ min: 1, max: 24 }) });
  const anchors = fc.integer({ min: day('2000-01-01'), max: day('2060-01-01') });

  it('leaves no gap and no overlap between periods', () => {
    fc.assert(
      fc.property(anchors, recurrences, fc.integer({ min: 1, max: 60 }), (anchor, recurrence, cycle) => {
        const period = periodOf(anchor, recurrence, cycle);
        expect(period.end).toBe(periodOf(anchor, recurrence, cycle + 1).start);
        expect(period.end).toBeGreaterThan(period.start);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds the period in which an instant lies', () => {
    fc.assert(
      fc.property(anchors, recurrences, fc.integer({ min: 0, max: 3000 * DAY }), (anchor, recurrence, later) => {
        const at = anchor + later;
        const period = periodOf(anchor, recurrence, cycleAt(anchor, recurrence, at));
        expect(period.start).toBeLessThanOrEqual(at);
        expect(at).toBeLessThan(period.end);
      }),
      { numRuns: 2000 },
    );
  });

  it('never leaves the anchor’s day unless the month is too short for it', () => {
    fc.assert(
      fc.property(anchors, fc.integer({ min: 1, max: 120 }), (anchor, steps) => {
        const at = new Date(addIntervals(anchor, monthly, steps));
        const wanted = new Date(anchor).getUTCDate();
        const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
        expect(at.getUTCDate()).toBe(Math.min(wanted, last));
      }),
      { numRuns: 2000 },
    );
  });
});
