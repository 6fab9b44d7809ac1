import { DAY, type Interval } from '../../billing/periods.ts';
import { monthOf, renewalReminderAt } from '../../billing/reminders.ts';

const start = Date.UTC(2027, 2, 1);

describe('renewalReminderAt', () => {
  it.each<[Interval, number, number, number | null]>([
    ['year', 1, 365, 358],
    ['year', 3, 1096, 1089],
    ['month', 12, 365, 358],
    ['week', 52, 364, 357],
    ['day', 365, 365, 358],
    ['month', 11, 334, null],
    ['month', 1, 31, null],
    ['day', 30, 30, null],
    // A period whose end was moved close.
    ['year', 1, 8, 1],
    ['year', 1, 7, null],
    ['year', 1, 2, null],
  ])('of what is every %s × %i, in a period of %i days: after %s', (interval, count, days, reminded) => {
    const at = renewalReminderAt({ start, end: start + days * DAY }, { interval, count });
    expect(at).toBe(reminded === null ? null : start + reminded * DAY);
  });
});

it('monthOf counts from 1, in UTC', () => {
  expect(monthOf(new Date('2027-12-31T23:59:59Z'))).toEqual({ year: 2027, month: 12 });
});
