/** Worked by hand on a calendar: where periods begin and end, how long they are, when trials and retries fall. */
import { nextRetry } from '../../billing/dunning.ts';
import { addIntervals, type Interval, periodOf } from '../../billing/periods.ts';
import { trialEnd, trialReminderAt } from '../../billing/trials.ts';
import { day } from './terms.ts';

const HOUR = 3_600_000;
const shown = (at: number) => new Date(at).toISOString();

it.each<[string, Interval, number, number, string]>([
  // from, every so many, so often, ends. Whoever lives where clocks change in March and November loses no hour by it.
  ['2027-01-31', 'month', 1, 1, '2027-02-28'],
  ['2027-01-31', 'month', 1, 2, '2027-03-31'],
  ['2027-01-31', 'month', 1, 3, '2027-04-30'],
  ['2027-01-31', 'month', 1, 6, '2027-07-31'],
  ['2027-01-31', 'month', 1, 12, '2028-01-31'],
  ['2027-01-31', 'month', 1, 13, '2028-02-29'],
  ['2027-01-30', 'month', 1, 1, '2027-02-28'],
  ['2027-01-30', 'month', 1, 2, '2027-03-30'],
  ['2027-01-30', 'month', 1, 13, '2028-02-29'],
  ['2027-01-30', 'month', 1, 14, '2028-03-30'],
  ['2027-01-29', 'month', 1, 1, '2027-02-28'],
  ['2027-01-29', 'month', 1, 13, '2028-02-29'],
  ['2027-01-29', 'month', 1, 25, '2029-02-28'],
  ['2028-02-29', 'month', 1, 1, '2028-03-29'],
  ['2028-02-29', 'month', 1, 12, '2029-02-28'],
  ['2028-02-29', 'month', 1, 24, '2030-02-28'],
  ['2028-02-29', 'month', 1, 48, '2032-02-29'],
  ['2028-02-29', 'year', 1, 1, '2029-02-28'],
  ['2028-02-29', 'year', 1, 3, '2031-02-28'],
  ['2028-02-29', 'year', 1, 4, '2032-02-29'],
  ['2028-02-29', 'year', 1, 8, '2036-02-29'],
  ['2096-02-29', 'year', 1, 4, '2100-02-28'],
  ['2096-02-29', 'year', 1, 8, '2104-02-29'],
  ['2027-08-31', 'month', 6, 1, '2028-02-29'],
  ['2027-08-31', 'month', 6, 2, '2028-08-31'],
  ['2027-08-31', 'month', 6, 3, '2029-02-28'],
  ['2027-05-31', 'month', 1, 1, '2027-06-30'],
  ['2027-12-31', 'month', 2, 1, '2028-02-29'],
  ['2027-12-31', 'month', 2, 2, '2028-04-30'],
  ['2027-02-28', 'month', 1, 1, '2027-03-28'],
  ['2028-02-28', 'month', 1, 12, '2029-02-28'],
  ['2027-10-31', 'month', 4, 1, '2028-02-29'],
  ['2027-11-30', 'month', 3, 1, '2028-02-29'],
  ['2028-02-22', 'week', 1, 1, '2028-02-29'],
  ['2028-02-29', 'day', 1, 1, '2028-03-01'],
  ['2027-02-28', 'day', 1, 1, '2027-03-01'],
  ['2027-12-25', 'week', 1, 1, '2028-01-01'],
  ['2027-01-01', 'day', 365, 1, '2028-01-01'],
  ['2028-01-01', 'day', 365, 1, '2028-12-31'],
  ['2027-03-27T01:30:00Z', 'day', 1, 1, '2027-03-28T01:30:00Z'],
  ['2027-03-28T00:59:59Z', 'day', 1, 1, '2027-03-29T00:59:59Z'],
  ['2027-03-13T07:30:00Z', 'day', 1, 1, '2027-03-14T07:30:00Z'],
  ['2027-03-13T23:30:00Z', 'week', 1, 1, '2027-03-20T23:30:00Z'],
  ['2027-10-30T00:30:00Z', 'day', 1, 1, '2027-10-31T00:30:00Z'],
  ['2027-10-24T01:00:00Z', 'week', 1, 1, '2027-10-31T01:00:00Z'],
  ['2027-02-28T02:30:00Z', 'month', 1, 1, '2027-03-28T02:30:00Z'],
  ['2027-09-30T01:30:00Z', 'month', 1, 1, '2027-10-30T01:30:00Z'],
  ['2026-11-01T05:30:00Z', 'year', 1, 1, '2027-11-01T05:30:00Z'],
  ['2027-01-31T23:59:59.999Z', 'month', 1, 1, '2027-02-28T23:59:59.999Z'],
  ['2027-12-31T23:59:59Z', 'month', 2, 1, '2028-02-29T23:59:59Z'],
  ['2028-02-29T12:00:00.001Z', 'year', 1, 1, '2029-02-28T12:00:00.001Z'],
])('from %s every %s × %i, %i times: %s', (anchor, interval, count, times, end) => {
  expect(shown(addIntervals(day(anchor), { interval, count }, times))).toBe(shown(day(end)));
});

it.each<[string, Interval, number]>([
  // 28 days are 672 hours, 29 are 696, 30 are 720, 31 are 744: also where a clock on the wall says otherwise.
  ['2027-02-01', 'month', 672],
  ['2028-02-01', 'month', 696],
  ['2027-04-01', 'month', 720],
  ['2027-03-01', 'month', 744],
  ['2027-10-01', 'month', 744],
  ['2027-11-01', 'month', 720],
  ['2027-03-28', 'day', 24],
  ['2027-03-14', 'day', 24],
  ['2027-10-31', 'day', 24],
  ['2027-11-07', 'day', 24],
  ['2027-03-25', 'week', 168],
  ['2027-10-28', 'week', 168],
  ['2027-01-01', 'year', 8760],
  ['2028-01-01', 'year', 8784],
  ['2027-03-01', 'year', 8784],
  ['2026-03-01', 'year', 8760],
])('from %s a %s has %i hours', (start, interval, hours) => {
  const period = periodOf(day(start), { interval, count: 1 }, 1);
  expect((period.end - period.start) / HOUR).toBe(hours);
});

it.each<[string, readonly [string, string, string, string]]>([
  // A charge that fails at the end of a month, over a leap day, over a change of clocks, over a year’s end.
  ['2027-01-31', ['2027-02-02', '2027-02-07', '2027-02-14', '2027-02-21']],
  ['2028-02-15', ['2028-02-17', '2028-02-22', '2028-02-29', '2028-03-07']],
  ['2027-02-15', ['2027-02-17', '2027-02-22', '2027-03-01', '2027-03-08']],
  [
    '2027-03-14T07:30:00Z',
    ['2027-03-16T07:30:00Z', '2027-03-21T07:30:00Z', '2027-03-28T07:30:00Z', '2027-04-04T07:30:00Z'],
  ],
  [
    '2027-10-24T01:00:00Z',
    ['2027-10-26T01:00:00Z', '2027-10-31T01:00:00Z', '2027-11-07T01:00:00Z', '2027-11-14T01:00:00Z'],
  ],
  [
    '2027-12-24T23:59:59Z',
    ['2027-12-26T23:59:59Z', '2027-12-31T23:59:59Z', '2028-01-07T23:59:59Z', '2028-01-14T23:59:59Z'],
  ],
])('after a failure on %s it is tried on %j, and no more', (failed, retries) => {
  const tried = [1, 2, 3, 4].map((failures) => shown(nextRetry(day(failed), failures) ?? 0));
  expect(tried).toEqual(retries.map((retry) => shown(day(retry))));
  expect(nextRetry(day(failed), 5)).toBeNull();
});

it.each<[string, Interval, number, string, string | null]>([
  // begins, length, ends, reminded
  ['2027-01-31', 'month', 1, '2027-02-28', '2027-02-25'],
  ['2028-01-31', 'month', 1, '2028-02-29', '2028-02-26'],
  ['2028-02-29', 'year', 1, '2029-02-28', '2029-02-25'],
  ['2027-02-26', 'day', 3, '2027-03-01', '2027-02-26'],
  ['2028-02-26', 'day', 3, '2028-02-29', '2028-02-26'],
  ['2027-02-27', 'day', 2, '2027-03-01', '2027-02-28'],
  ['2027-02-28', 'day', 1, '2027-03-01', '2027-02-28'],
  ['2027-03-22T01:30:00Z', 'week', 1, '2027-03-29T01:30:00Z', '2027-03-26T01:30:00Z'],
  ['2027-10-31T00:30:00Z', 'day', 1, '2027-11-01T00:30:00Z', '2027-10-31T00:30:00Z'],
])('a trial from %s of a %s × %i ends on %s, reminded of on %s', (start, interval, count, end, reminded) => {
  const ends = trialEnd(day(start), { interval, count });
  expect(shown(ends)).toBe(shown(day(end)));
  expect(trialReminderAt(day(start), ends)).toBe(reminded === null ? null : day(reminded));
});

it.each<[string, string, string | null]>([
  // A trial that was moved is reminded of by its length as it then is, to the millisecond.
  ['2027-04-01', '2027-04-04', '2027-04-01'],
  ['2027-04-01', '2027-04-03T23:59:59.999Z', '2027-04-02T23:59:59.999Z'],
  ['2027-04-01', '2027-04-02', '2027-04-01'],
  ['2027-04-01', '2027-04-01T23:59:59.999Z', null],
  ['2027-04-01', '2027-06-30', '2027-06-27'],
])('a trial from %s to %s is reminded of on %s', (start, end, reminded) => {
  expect(trialReminderAt(day(start), day(end))).toBe(reminded === null ? null : day(reminded));
});
