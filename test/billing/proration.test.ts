import fc from 'fast-check';
import { DAY, type Period } from '../../billing/periods.ts';
import { amountAfterMove, prorate } from '../../billing/proration.ts';

const SECOND = 1000;
const month = (start: string, end: string): Period => ({ start: Date.parse(start), end: Date.parse(end) });
const april = month('2027-04-01T00:00:00Z', '2027-05-01T00:00:00Z');
const may = month('2027-05-01T00:00:00Z', '2027-06-01T00:00:00Z');
const february = month('2027-02-01T00:00:00Z', '2027-03-01T00:00:00Z');
const leapFebruary = month('2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z');
const year = month('2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z');
const leapYear = month('2028-01-01T00:00:00Z', '2029-01-01T00:00:00Z');

describe('prorate', () => {
  it.each([
    // period, ms since its start, old, new, credit, charge
    [april, DAY, 500, 2000, 483, 1933],
    [april, DAY, 2000, 500, 1933, 483],
    [april, 0, 500, 2000, 500, 2000],
    [april, 30 * DAY, 2400, 9000, 0, 0],
    [april, 15 * DAY, 1001, 3001, 501, 1501],
    [april, 30 * DAY - SECOND, 2000, 9000, 0, 0],
    [april, 30 * DAY - SECOND, 200_000_000, 900_000_000, 77, 347],
    [april, SECOND, 2000, 9000, 2000, 9000],
    [april, -DAY, 2000, 9000, 2000, 9000],
    [april, 31 * DAY, 2000, 9000, 0, 0],
    [may, DAY, 3100, 6200, 3000, 6000],
    [may, 10 * DAY, 1000, 0, 677, 0],
    [february, DAY, 2800, 5600, 2700, 5400],
    [february, 14 * DAY, 999, 1999, 500, 1000],
    [leapFebruary, DAY, 2900, 5800, 2800, 5600],
    [leapFebruary, 28 * DAY, 2900, 5800, 100, 200],
    [year, 31 * DAY, 36_500, 73_000, 33_400, 66_800],
    [leapYear, 31 * DAY, 36_600, 73_200, 33_500, 67_000],
    [leapYear, 59 * DAY, 36_600, 0, 30_700, 0],
    // JPY and KWD: whatever the decimals, minor units are whole.
    [april, 10 * DAY, 980, 1980, 653, 1320],
    [april, 10 * DAY, 1250, 12_345, 833, 8230],
  ])('%j after %i ms, %i to %i: credits %i, charges %i', (period, after, oldAmount, newAmount, credit, charge) => {
    expect(prorate(period, period.start + after, oldAmount, newAmount)).toEqual({ credit, charge });
  });

  const periods = fc
    .record({ start: fc.integer({ min: 0, max: 4_000_000_000_000 }), days: fc.integer({ min: 1, max: 3660 }) })
    .map(({ start, days }) => ({ start, end: start + days * DAY }));
  const amounts = fc.integer({ min: 0, max: 999_999_999_999 });
  const moments = fc.double({ min: 0, max: 1, noNaN: true });
  const within = (period: Period, moment: number) => Math.round(period.start + moment * (period.end - period.start));

  it('up and back in the same instant costs nothing', () => {
    fc.assert(
      fc.property(periods, moments, amounts, amounts, (period, moment, low, high) => {
        const up = prorate(period, within(period, moment), low, high);
        const back = prorate(period, within(period, moment), high, low);
        expect(up.charge - up.credit + back.charge - back.credit).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('never credits more than was paid for the period, and never less than nothing', () => {
    fc.assert(
      fc.property(periods, fc.integer({ min: -(10 ** 12), max: 5 * 10 ** 12 }), amounts, (period, at, paid) => {
        const { credit } = prorate(period, at, paid, 0);
        expect(credit).toBeGreaterThanOrEqual(0);
        expect(credit).toBeLessThanOrEqual(paid);
      }),
      { numRuns: 2000 },
    );
  });

  it('falls as time goes by', () => {
    fc.assert(
      fc.property(periods, moments, moments, amounts, (period, a, b, amount) => {
        const [earlier, later] = [within(period, Math.min(a, b)), within(period, Math.max(a, b))];
        expect(prorate(period, later, amount, 0).credit).toBeLessThanOrEqual(
          prorate(period, earlier, amount, 0).credit,
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a period whose end moves', () => {
  it.each([
    // moved on, to, its rest is worth then and on another day
    ['2027-04-16', '2027-06-01', 250, '2027-05-09', 125],
    ['2027-04-16', '2027-04-17', 250, '2027-04-17', 0],
    ['2027-04-01', '2027-06-01', 500, '2027-05-01', 254],
    ['2027-04-30', '2027-06-30', 17, '2027-06-30', 0],
    ['2027-05-01', '2027-06-30', 0, '2027-05-02', 0],
  ])('on %s to %s: worth %i; on %s %i', (on, to, worth, later, then) => {
    const [at, end] = [Date.parse(on), Date.parse(to)];
    const amount = amountAfterMove(april, end, at, 500);
    const credit = (when: number) => prorate({ start: april.start, end }, when, amount, 0).credit;
    expect([credit(at), credit(Date.parse(later))]).toEqual([worth, then]);
  });
});
