/** Meter periods within billing periods. */
import fc from 'fast-check';
import { dividesEvenly, meterPeriodIn } from '../../billing/meter-periods.ts';
import { type Interval, periodOf, type Recurrence } from '../../billing/periods.ts';

const every = (spelled: string): Recurrence => {
  const [count, interval] = spelled.split(' ');
  return { count: Number(count), interval: interval as Interval };
};

it.each([
  ['1 month', '1 year', true],
  ['3 month', '1 year', true],
  ['5 month', '1 year', false],
  ['1 year', '2 year', true],
  ['1 month', '1 month', true],
  ['2 month', '1 month', false],
  ['1 year', '1 month', false],
  ['12 month', '1 year', true],
  ['1 week', '4 week', true],
  ['1 day', '1 week', true],
  ['7 day', '2 week', true],
  ['3 day', '1 week', false],
  ['1 day', '1 month', false],
  ['1 week', '1 year', false],
])('%s within %s: %s', (meter, billing, divides) => {
  expect(dividesEvenly(every(meter), every(billing))).toBe(divides);
});

const day = (on: string) => Date.parse(`${on}T00:00:00Z`);
const shown = ({ start, end }: { start: number; end: number }) =>
  [start, end].map((instant) => new Date(instant).toISOString().slice(0, 10));

it.each([
  // Anchor, billing period, at, meter period.
  ['2027-01-31', '2027-01-31', '2028-01-31', '2027-01-31', '2027-01-31', '2027-02-28'],
  ['2027-01-31', '2027-01-31', '2028-01-31', '2027-02-28', '2027-02-28', '2027-03-31'],
  ['2027-01-31', '2027-01-31', '2028-01-31', '2028-01-30', '2027-12-31', '2028-01-31'],
  // The second year of the 29th of February begins on the 28th.
  ['2028-02-29', '2029-02-28', '2030-02-28', '2029-02-28', '2029-02-28', '2029-03-29'],
  // Its end was moved, and is the anchor of what comes after.
  ['2027-06-20', '2027-01-10', '2027-06-20', '2027-01-10', '2027-01-10', '2027-02-10'],
  ['2027-06-20', '2027-01-10', '2027-06-20', '2027-06-15', '2027-06-10', '2027-06-20'],
  // Overdue: still the last of the period.
  ['2027-01-01', '2027-01-01', '2028-01-01', '2028-02-15', '2027-12-01', '2028-01-01'],
])('anchored on %s, in %s to %s, on %s: %s to %s', (anchor, start, end, at, from, to) => {
  const period = { start: day(start), end: day(end) };
  expect(shown(meterPeriodIn(period, day(anchor), every('1 month'), day(at)))).toEqual([from, to]);
});

it('fill a billing period without gaps', () => {
  const anchors = fc.integer({ min: day('2024-01-01'), max: day('2032-12-31') });
  const pairs = fc.constantFrom(
    ['1 month', '1 year'],
    ['3 month', '2 year'],
    ['1 day', '2 week'],
    ['1 week', '4 week'],
  );
  fc.assert(
    fc.property(anchors, pairs, fc.integer({ min: 1, max: 6 }), (anchor, [meter, billing], cycle) => {
      const period = periodOf(anchor, every(billing as string), cycle);
      let at = period.start;
      while (at < period.end) {
        const found = meterPeriodIn(period, anchor, every(meter as string), at);
        expect(found.start).toBe(at);
        expect(found.end).toBeGreaterThan(at);
        at = found.end;
      }
      expect(at).toBe(period.end);
    }),
  );
});
