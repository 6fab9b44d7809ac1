/** What changes of a subscription come to. */
import { planOf } from '../../billing/changes.ts';
import type { Interval } from '../../billing/periods.ts';
import { day, now, standing, sums, terms } from './terms.ts';

describe('in the middle of a period', () => {
  it.each([
    // period                     at                    old     new    credit  charge
    ['2027-04-01', '2027-05-01', '2027-04-02', 500, 2000, 483, 1933],
    ['2027-04-01', '2027-05-01', '2027-04-02', 2000, 500, 1933, 483],
    ['2027-04-01', '2027-05-01', '2027-04-01', 500, 2000, 500, 2000],
    ['2027-04-01', '2027-05-01', '2027-04-16', 500, 2000, 250, 1000],
    ['2027-04-01', '2027-05-01', '2027-04-30', 500, 2000, 17, 67],
    ['2027-04-01', '2027-05-01', '2027-04-30T23:59:59Z', 500, 2000, 0, 0],
    ['2027-04-01', '2027-05-01', '2027-04-30T23:59:59Z', 9_999_999, 5_000_000, 4, 2],
    ['2027-04-01', '2027-05-01', '2027-04-01T00:00:01Z', 500, 2000, 500, 2000],
    ['2027-04-01', '2027-05-01', '2027-04-01T00:00:01Z', 9_999_999, 20_000_000, 9_999_995, 19_999_992],
    // 28, 29, 30 and 31 days
    ['2027-02-01', '2027-03-01', '2027-02-02', 2800, 5600, 2700, 5400],
    ['2028-02-01', '2028-03-01', '2028-02-02', 2900, 5800, 2800, 5600],
    ['2027-04-01', '2027-05-01', '2027-04-02', 3000, 6000, 2900, 5800],
    ['2027-03-01', '2027-04-01', '2027-03-02', 3100, 6200, 3000, 6000],
    ['2027-02-01', '2027-03-01', '2027-02-15', 2000, 3000, 1000, 1500],
    ['2028-02-01', '2028-03-01', '2028-02-15', 2000, 3000, 1034, 1552],
    ['2028-02-01', '2028-03-01', '2028-02-29', 2000, 3000, 69, 103],
    ['2027-03-01', '2027-04-01', '2027-03-16T12:00:00Z', 2000, 3000, 1000, 1500],
    // anchors on the 29th to 31st
    ['2027-01-31', '2027-02-28', '2027-02-14', 2000, 4000, 1000, 2000],
    ['2027-02-28', '2027-03-31', '2027-03-15', 3100, 6200, 1600, 3200],
    ['2028-01-31', '2028-02-29', '2028-02-28', 2900, 5800, 100, 200],
    ['2028-02-29', '2028-03-31', '2028-03-30', 3100, 6200, 100, 200],
    ['2027-01-30', '2027-02-28', '2027-02-27', 2900, 5800, 100, 200],
    ['2027-01-29', '2027-02-28', '2027-02-13', 3000, 6000, 1500, 3000],
    ['2028-01-29', '2028-02-29', '2028-02-28', 3100, 6200, 100, 200],
    // a year, with and without a leap day
    ['2027-03-01', '2028-03-01', '2028-02-29', 36_600, 73_200, 100, 200],
    ['2026-03-01', '2027-03-01', '2027-02-28', 36_500, 73_000, 100, 200],
    ['2027-01-01', '2028-01-01', '2027-07-02T12:00:00Z', 10_000, 20_000, 5000, 10_000],
    // a week, a day, and a time of day that is kept
    ['2027-03-01', '2027-03-08', '2027-03-05', 700, 1400, 300, 600],
    ['2027-03-01', '2027-03-02', '2027-03-01T18:00:00Z', 100, 200, 25, 50],
    ['2027-03-01T10:30:00Z', '2027-04-01T10:30:00Z', '2027-03-02T10:30:00Z', 3100, 6200, 3000, 6000],
    ['2027-03-01T23:59:59Z', '2027-04-01T23:59:59Z', '2027-03-31T23:59:59Z', 3100, 6200, 100, 200],
    // halves go away from zero; each line by itself
    ['2027-04-01', '2027-05-01', '2027-04-16', 1, 3, 1, 2],
    ['2027-04-01', '2027-05-01', '2027-04-16', 999, 1001, 500, 501],
    // from and to nothing
    ['2027-04-01', '2027-05-01', '2027-04-16', 0, 2000, 0, 1000],
    ['2027-04-01', '2027-05-01', '2027-04-16', 2000, 0, 1000, 0],
    // yen have no decimals, dinars three: the rule counts minor units
    ['2027-04-01', '2027-05-01', '2027-04-02', 980, 1980, 947, 1914],
    ['2027-04-01', '2027-05-01', '2027-04-11', 1500, 4500, 1000, 3000],
    ['2027-04-01', '2027-05-01', '2027-04-02', 12_345, 67_890, 11_934, 65_627],
    ['2027-02-01', '2027-03-01', '2027-02-28', 1, 99_999_999, 0, 3_571_429],
  ])('%s to %s, on %s, from %i to %i: credits %i, charges %i', (start, end, at, old, amount, credit, charge) => {
    for (const behavior of ['invoice', 'prorate'] as const) {
      const plan = planOf(standing(start, end, old), terms(amount), behavior, day(at));
      expect(sums(plan)).toEqual([credit, charge]);
      expect(now(plan)).toMatchObject({ period: { start: day(start), end: day(end) }, isNewPeriod: false });
      expect(now(plan).lines.every(({ proration }) => proration)).toBe(true);
      // From nothing to something is paid first, since there may be no card.
      const isNow = behavior === 'invoice' || old === 0;
      const billed = credit + charge === 0 ? 'not' : isNow ? 'now' : 'next_order';
      expect(now(plan).billed).toBe(billed);
    }
  });

  it.each([
    // at or after the period's end, before its start
    ['2027-05-01', 0, 0],
    ['2027-05-01T00:00:01Z', 0, 0],
    ['2027-06-15', 0, 0],
    ['2027-03-31T23:59:59Z', 500, 2000],
  ])('on %s: credits %i, charges %i', (at, credit, charge) => {
    const plan = planOf(standing('2027-04-01', '2027-05-01', 500), terms(2000), 'invoice', day(at));
    expect(sums(plan)).toEqual([credit, charge]);
  });

  it.each([
    // paid after discount, costs after discount
    [500, 2000, 1000, 1000, 250, 500],
    [250, 2000, 500, 2000, 125, 1000],
    [0, 2000, 500, 2000, 0, 1000],
  ])('of %i paid, %i after a discount of %i', (paid, amount, _, discounted, credit, charge) => {
    const old = standing('2027-04-01', '2027-05-01', 500, { terms: terms(500, { discounted: paid }) });
    const plan = planOf(old, terms(amount, { discounted }), 'prorate', day('2027-04-16'));
    expect(sums(plan)).toEqual([credit, charge]);
  });

  it('names what is credited and what is charged', () => {
    const plan = planOf(standing('2027-04-01', '2027-05-01', 500), terms(2000), 'invoice', day('2027-04-02'));
    expect(now(plan).lines).toEqual([
      { label: 'Unused time on at 500', amount: -483, priceId: 'price at 500', proration: true },
      { label: 'Remaining time on at 2000', amount: 1933, priceId: 'price at 2000', proration: true },
    ]);
  });
});

describe('by behaviour', () => {
  const old = standing('2027-04-01', '2027-05-01', 500);
  const at = day('2027-04-16');

  it.each(['invoice', 'prorate', 'next_period', 'reset'] as const)('%s to what it already is: nothing', (behavior) => {
    expect(planOf(old, terms(500), behavior, at)).toEqual({ kind: 'nothing' });
    const dearer = { ...terms(500), amount: 900, discounted: 900 };
    expect(planOf(old, dearer, behavior, at)).toEqual({ kind: 'nothing' });
  });

  it('next_period: at the period’s end', () => {
    expect(planOf(old, terms(2000), 'next_period', at)).toEqual({ kind: 'later', appliesAt: day('2027-05-01') });
  });

  it.each([
    ['month', 1, '2027-05-16'],
    ['month', 3, '2027-07-16'],
    ['year', 1, '2028-04-16'],
    ['week', 2, '2027-04-30'],
    ['day', 1, '2027-04-17'],
  ] as const)('reset to every %s × %i: the whole price, to %s', (interval: Interval, count, end) => {
    const next = terms(2000, { recurrence: { interval, count }, discounted: 1000 });
    expect(now(planOf(old, next, 'reset', at))).toMatchObject({
      lines: [{ amount: 2000, proration: false }],
      period: { start: at, end: day(end) },
      isNewPeriod: true,
      billed: 'now',
    });
  });

  it.each(['invoice', 'prorate'] as const)(
    '%s to another interval: a period starts now, and is paid now',
    (behavior) => {
      const yearly = terms(20_000, { recurrence: { interval: 'year', count: 1 } });
      const plan = planOf(old, yearly, behavior, at);
      expect(sums(plan)).toEqual([250, 20_000]);
      expect(now(plan)).toMatchObject({
        period: { start: at, end: day('2028-04-16') },
        isNewPeriod: true,
        billed: 'now',
      });
    },
  );

  it('from a year to a month: more is credited than charged', () => {
    const yearly = standing('2027-01-01', '2028-01-01', 36_500, {
      terms: terms(36_500, { recurrence: { interval: 'year', count: 1 } }),
    });
    expect(sums(planOf(yearly, terms(2000), 'prorate', day('2027-01-02')))).toEqual([36_400, 2000]);
  });

  it('12 months are not a year: the product is another, and so is its period', () => {
    const twelve = terms(24_000, { recurrence: { interval: 'month', count: 12 } });
    expect(now(planOf(old, twelve, 'prorate', at)).isNewPeriod).toBe(true);
  });

  it.each([
    [1, 3, 500, 1500],
    [3, 1, 1500, 500],
  ])('seats from %i to %i: %i credited, %i charged', (from, to, credit, charge) => {
    const seats = (count: number) => ({
      ...terms(1000),
      seats: count,
      amount: 1000 * count,
      discounted: 1000 * count,
    });
    const plan = planOf({ ...old, terms: seats(from) }, seats(to), 'prorate', at);
    expect(sums(plan)).toEqual([credit, charge]);
    expect(planOf({ ...old, terms: seats(from) }, seats(from), 'prorate', at).kind).toBe('nothing');
  });
});

describe('in a trial', () => {
  const trialing = standing('2027-04-01', '2027-04-15', 500, { status: 'trialing', trialStart: day('2027-04-01') });
  const withTrial = (days: number) => terms(2000, { trial: { interval: 'day', count: days } });

  it.each([
    // the new product's trial   at            it ends
    [30, '2027-04-10', '2027-05-01'],
    [14, '2027-04-10', '2027-04-15'],
    [10, '2027-04-10', '2027-04-11'],
  ])('one of %i days, on %s: it ends on %s', (days, at, end) => {
    for (const behavior of ['invoice', 'prorate', 'reset'] as const) {
      expect(now(planOf(trialing, withTrial(days), behavior, day(at)))).toEqual({
        kind: 'now',
        status: 'trialing',
        period: { start: day('2027-04-01'), end: day(end) },
        isNewPeriod: false,
        lines: [],
        billed: 'not',
      });
    }
  });

  it.each<[number | null, string]>([
    [9, '2027-04-10'],
    [3, '2027-04-10'],
    [null, '2027-04-10'],
    [null, '2027-04-01'],
  ])('one of %s days, on %s: it is over, and a period starts', (days, at) => {
    const next = days === null ? terms(2000) : withTrial(days);
    const plan = now(planOf(trialing, next, 'prorate', day(at)));
    expect(plan).toMatchObject({ status: 'active', isNewPeriod: true, billed: 'now' });
    expect(plan.lines.map(({ amount }) => amount)).toEqual([2000]);
    expect(plan.period.start).toBe(day(at));
  });

  it('next_period: when the trial ends', () => {
    const plan = planOf(trialing, terms(2000), 'next_period', day('2027-04-10'));
    expect(plan).toEqual({ kind: 'later', appliesAt: day('2027-04-15') });
  });

  it('other seats leave it as it is', () => {
    const seats = (count: number) => ({ ...terms(500), seats: count });
    const plan = planOf({ ...trialing, terms: seats(1) }, seats(2), 'prorate', day('2027-04-10'));
    expect(now(plan)).toMatchObject({ status: 'trialing', period: trialing.period, lines: [] });
  });
});
