/** What holds of every change of a subscription. */
import fc from 'fast-check';
import { type Behavior, planOf, type Standing } from '../../billing/changes.ts';
import type { ProductId } from '../../billing/ids.ts';
import { DAY, type Interval, periodOf } from '../../billing/periods.ts';
import { amountAfterMove, countsAs, forLength, prorate } from '../../billing/proration.ts';
import { day, sums, terms } from './terms.ts';

const SECOND = 1000;

describe('whatever is changed', () => {
  const anchor = fc.integer({ min: day('2027-01-01') / SECOND, max: day('2031-01-01') / SECOND });
  const amount = fc.integer({ min: 0, max: 1_000_000 });
  const interval = fc.constantFrom<Interval>('day', 'week', 'month', 'year');
  const share = fc.integer({ min: 0, max: 10_000 });
  const behavior = fc.constantFrom<Behavior>('invoice', 'prorate');

  it('up and back in the same instant costs nothing', () => {
    fc.assert(
      fc.property(anchor, interval, share, amount, amount, behavior, (start, every, part, a, b, how) => {
        const recurrence = { interval: every, count: 1 };
        const period = periodOf(start * SECOND, recurrence, 1);
        const at = period.start + Math.floor(((period.end - period.start) * part) / 10_000);
        const [from, to] = [terms(a, { recurrence }), { ...terms(b, { recurrence }), productId: 'b' as ProductId }];
        const old: Standing = { status: 'active', period, trialStart: null, terms: from };
        const [credit, charge] = sums(planOf(old, to, how, at));
        const [back, again] = sums(planOf({ ...old, terms: to }, from, how, at));
        expect(charge - credit + again - back).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('up and back in the same instant costs nothing in a period that was moved, and credits no more than was left', () => {
    const moves = fc.array(fc.tuple(share, fc.integer({ min: 1, max: 40_000 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        anchor,
        interval,
        moves,
        fc.array(amount, { minLength: 1, maxLength: 4 }),
        (start, every, to, others) => {
          const recurrence = { interval: every, count: 1 };
          let period = periodOf(start * SECOND, recurrence, 1);
          const whole = period.end - period.start;
          const [price = 0] = others;
          let counts = price;
          let [at, offset] = [period.start, 0];
          for (const [part, length] of to) {
            at += Math.floor(((period.end - 1 - at) * part) / 10_000);
            const end = at + 1 + Math.floor((whole * length) / 10_000);
            const moved = amountAfterMove(period, end, at, counts);
            period = { start: period.start, end };
            offset = moved - forLength(price, period, recurrence);
            counts = moved;
          }
          const left = prorate(period, at, counts, 0).credit;
          let net = 0;
          for (const next of [...others, price]) {
            const then = countsAs(forLength(next, period, recurrence), offset);
            const { credit, charge } = prorate(period, at, counts, then);
            net += charge - credit;
            expect(left + net).toBeGreaterThanOrEqual(0);
            counts = then;
          }
          expect(net).toBe(0);
        },
      ),
    );
  });

  it('credits never exceed what was paid, over any number of changes in a period', () => {
    const changes = fc.array(fc.tuple(share, amount), { maxLength: 12 });
    fc.assert(
      fc.property(anchor, interval, amount, changes, (start, every, first, wishes) => {
        const recurrence = { interval: every, count: 1 };
        const period = periodOf(start * SECOND, recurrence, 1);
        let current = terms(first, { recurrence });
        let paid = first;
        const inOrder = wishes.toSorted(([a], [b]) => a - b);
        for (const [index, [part, cost]] of inOrder.entries()) {
          const at = period.start + Math.floor(((period.end - period.start) * part) / 10_000);
          const next = { ...terms(cost, { recurrence }), productId: `${index}` as ProductId };
          const [credit, charge] = sums(
            planOf({ status: 'active', period, trialStart: null, terms: current }, next, 'invoice', at),
          );
          expect(credit).toBeLessThanOrEqual(paid);
          paid += charge - credit;
          expect(paid).toBeGreaterThanOrEqual(0);
          current = next;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a line is never more than a whole period, and nothing is prorated by a reset', () => {
    fc.assert(
      fc.property(anchor, interval, share, amount, amount, (start, every, part, a, b) => {
        const recurrence = { interval: every, count: 1 };
        const period = periodOf(start * SECOND, recurrence, 1);
        const at = period.start + part * DAY;
        const old: Standing = { status: 'active', period, trialStart: null, terms: terms(a, { recurrence }) };
        const next = { ...terms(b, { recurrence }), productId: 'b' as ProductId };
        const [credit, charge] = sums(planOf(old, next, 'prorate', at));
        expect(credit).toBeLessThanOrEqual(a);
        expect(charge).toBeLessThanOrEqual(b);
        expect(sums(planOf(old, next, 'reset', at))).toEqual([0, b]);
      }),
      { numRuns: 2000 },
    );
  });
});
