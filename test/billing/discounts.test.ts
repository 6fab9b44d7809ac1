import fc from 'fast-check';
import {
  addressWithoutAlias,
  coversOrder,
  type DiscountDuration,
  type DiscountValue,
  discountOn,
  firstUseAfterMove,
  firstUseAfterMovedEnd,
  type Redeemable,
  type Redemption,
  refusalOfDiscount,
} from '../../billing/discounts.ts';
import { portion } from '../../billing/money.ts';
import { addIntervals, type Interval } from '../../billing/periods.ts';

const percent = (points: number): DiscountValue => ({ type: 'percentage', basisPoints: points });
const off = (amounts: Record<string, number>): DiscountValue => ({ type: 'fixed', amounts });
const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

describe('what is taken off', () => {
  it.each([
    // subtotal, currency, discount, taken off
    [2000, 'usd', percent(1000), 200],
    [2000, 'usd', percent(10_000), 2000],
    [1, 'usd', percent(10_000), 1],
    [999, 'usd', percent(3333), 333],
    [1005, 'usd', percent(1000), 101],
    [1004, 'usd', percent(1000), 100],
    [1, 'usd', percent(5000), 1],
    [1, 'usd', percent(4999), 0],
    [980, 'jpy', percent(1500), 147],
    [12_345, 'kwd', percent(1), 1],
    [0, 'usd', percent(1000), 0],
    [-500, 'usd', percent(1000), 0],
    [2000, 'usd', off({ usd: 500 }), 500],
    [300, 'usd', off({ usd: 500 }), 300],
    [2000, 'eur', off({ usd: 500 }), 0],
    [2000, 'EUR', off({ eur: 700, usd: 500 }), 700],
    [0, 'usd', off({ usd: 500 }), 0],
    [999_999_999_999, 'usd', percent(9999), 999_899_999_999],
  ])('of %i %s, %j: %i', (subtotal, currency, value, expected) => {
    expect(discountOn(subtotal, currency, value)).toBe(expected);
  });

  it('is never more than there is, nor less than nothing', () => {
    const values = fc.oneof(
      fc.integer({ min: 1, max: 10_000 }).map(percent),
      fc.integer({ min: 0, max: 1_000_000 }).map((usd) => off({ usd })),
    );
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000_000_000 }), values, (subtotal, value) => {
        const taken = discountOn(subtotal, 'usd', value);
        expect(taken).toBeGreaterThanOrEqual(0);
        expect(taken).toBeLessThanOrEqual(Math.max(0, subtotal));
      }),
      { numRuns: 2000 },
    );
  });
});

it('takes a portion exactly, and rounds it once', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 100_000 }), (a, n, d) => {
      const got = BigInt(portion(a, n, d));
      const twice = 2n * (got * BigInt(d) - BigInt(a) * BigInt(n));
      expect(twice <= BigInt(d) && twice >= -BigInt(d)).toBe(true);
      expect(portion(-a, n, d) + portion(a, n, d)).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

describe('which orders it is for', () => {
  const once: DiscountDuration = { duration: 'once' };
  const forever: DiscountDuration = { duration: 'forever' };
  const months = (count: number): DiscountDuration => ({ duration: 'repeating', months: count });

  it.each([
    [once, null, '2027-01-31', true],
    [once, '2027-01-31', '2027-02-28', false],
    [forever, '2027-01-31', '2037-01-31', true],
    [months(3), null, '2027-01-31', true],
    [months(3), '2027-01-31', '2027-03-31', true],
    [months(3), '2027-01-31', '2027-04-30', false],
    [months(1), '2027-01-31', '2027-02-28', false],
    [months(12), '2027-01-31', '2027-12-31', true],
    [months(12), '2027-01-31', '2028-01-31', false],
    [months(13), '2027-01-31', '2028-01-31', true],
    [months(1), '2024-02-29', '2024-03-28', true],
    [months(1), '2024-02-29', '2024-03-29', false],
  ] as const)('%j, first used %s: on %s %s', (terms, first, at, covered) => {
    expect(coversOrder(terms, first === null ? null : day(first), day(at))).toBe(covered);
  });

  const ordersCovered = (terms: DiscountDuration, anchor: number, interval: Interval) =>
    Array.from({ length: 24 }, (_, cycle) => addIntervals(anchor, { interval, count: 1 }, cycle)).filter((at) =>
      coversOrder(terms, at === anchor ? null : anchor, at),
    ).length;

  it('three months are three orders of a monthly plan, from whatever day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4000 }), (days) => {
        const anchor = day('2020-01-01') + days * 86_400_000;
        expect(ordersCovered(months(3), anchor, 'month')).toBe(3);
        expect(ordersCovered(months(3), anchor, 'year')).toBe(1);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what a pause moves', () => {
  it.each([
    // first used, stopped, goes on, first used as if
    ['2027-03-01', '2027-04-01', '2027-05-10', '2027-04-10'],
    ['2027-02-01', '2027-03-01', '2027-03-31', '2027-02-28'],
    ['2027-01-31', '2027-02-28', '2027-03-15', '2027-02-15'],
    ['2027-03-01', '2027-03-22', '2027-04-22', '2027-04-01'],
  ])('first used %s, stopped %s, goes on %s: as if first used %s', (first, stopped, goesOn, moved) => {
    expect(firstUseAfterMove(day(first), day(stopped), day(goesOn))).toBe(day(moved));
  });

  it('six months are six orders of a monthly plan, wherever it pauses', () => {
    const days = (most: number) => fc.integer({ min: 0, max: most });
    fc.assert(
      fc.property(days(4000), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 400 }), (from, paid, pause) => {
        const anchor = day('2020-01-01') + from * 86_400_000;
        const month = { interval: 'month', count: 1 } as const;
        const stopped = addIntervals(anchor, month, paid);
        const goesOn = stopped + pause * 86_400_000;
        const moved = firstUseAfterMove(anchor, stopped, goesOn);
        const covered = Array.from({ length: 12 }, (_, cycle) => addIntervals(goesOn, month, cycle)).filter((at) =>
          coversOrder({ duration: 'repeating', months: 6 }, moved, at),
        );
        expect(paid + covered.length).toBe(6);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('whether it may be redeemed', () => {
  const anybody: Redeemable = {
    startsAt: null,
    endsAt: null,
    maxRedemptions: null,
    maxRedemptionsPerCustomer: null,
    productIds: null,
  };
  const now: Redemption = { at: day('2027-03-01'), productId: 'fern', redemptions: 0, redemptionsOfCustomer: 0 };

  it.each([
    [{}, {}, null],
    [{ startsAt: day('2027-03-01') }, {}, null],
    [{ startsAt: day('2027-03-02') }, {}, 'not_started'],
    [{ endsAt: day('2027-03-02') }, {}, null],
    [{ endsAt: day('2027-03-01') }, {}, 'ended'],
    [{ productIds: ['fern'] }, {}, null],
    [{ productIds: ['moss'] }, {}, 'other_product'],
    [{ productIds: [] }, {}, 'other_product'],
    [{ maxRedemptions: 1 }, {}, null],
    [{ maxRedemptions: 1 }, { redemptions: 1 }, 'used_up'],
    [{ maxRedemptionsPerCustomer: 1 }, { redemptions: 9 }, null],
    [{ maxRedemptionsPerCustomer: 1 }, { redemptions: 1, redemptionsOfCustomer: 1 }, 'used_up_by_customer'],
  ] as const)('%j with %j: %s', (terms, more, refusal) => {
    expect(refusalOfDiscount({ ...anybody, ...terms }, { ...now, ...more })).toBe(refusal);
  });

  it.each([
    ['Ada+Spam@Example.com', 'ada@example.com'],
    ['ada@example.com', 'ada@example.com'],
    ['a+b+c@x+y.example', 'a@x+y.example'],
    ['"odd@local"@example.com', '"odd@local"@example.com'],
  ])('%s is %s', (email, plain) => expect(addressWithoutAlias(email)).toBe(plain));
});

describe('when the next charge moves', () => {
  const monthly = (first: string, months: number, from: string, to: string) => {
    const moved = firstUseAfterMove(day(first), day(from), day(to));
    const terms = { duration: 'repeating', months } as const;
    const orders = Array.from({ length: 20 }, (_, index) =>
      addIntervals(day(to), { interval: 'month', count: 1 }, index),
    );
    return orders.filter((order) => coversOrder(terms, moved, order)).length;
  };

  it.each([
    // first used, months, the next charge was, and is now, orders with the discount from there
    ['2027-04-01', 3, '2027-05-01', '2027-05-10', 2],
    ['2027-04-01', 3, '2027-05-01', '2027-08-20', 2],
    ['2027-04-01', 3, '2027-05-01', '2027-04-25', 2],
    ['2027-02-01', 3, '2027-04-01', '2027-06-10', 1],
    ['2027-02-01', 1, '2027-03-01', '2027-03-20', 0],
    ['2027-01-31', 3, '2027-02-28', '2027-03-31', 2],
    ['2027-01-31', 4, '2027-03-31', '2027-05-31', 2],
    ['2027-02-28', 3, '2027-03-31', '2027-05-10', 2],
    ['2028-02-29', 12, '2028-03-31', '2029-02-28', 11],
  ])('first used %s, %i months, %s to %s: %i orders left', (first, months, from, to, left) => {
    expect(monthly(first, months, from, to)).toBe(left);
  });
});

describe('when the end of a period moves', () => {
  it.each([
    // duration, first used, the end was, and is now: as if first used
    [{ duration: 'repeating', months: 3 }, '2027-01-01', '2027-02-01', '2027-03-05', '2027-02-05'],
    [{ duration: 'repeating', months: 3 }, '2027-01-01', '2027-02-01', '2027-01-10', '2026-12-10'],
    // None left: none is won by an earlier end, and the present period stays one of theirs.
    [{ duration: 'repeating', months: 3 }, '2027-01-01', '2028-01-01', '2027-03-10', '2026-12-10'],
    [{ duration: 'repeating', months: 3 }, '2027-01-01', '2028-01-01', '2027-06-10', '2027-01-01'],
    [{ duration: 'once' }, '2027-01-01', '2027-02-01', '2027-03-05', '2027-01-01'],
    [{ duration: 'forever' }, '2027-01-01', '2027-02-01', '2027-03-05', '2027-01-01'],
  ] as const)('%j first used %s, from %s to %s: as if first used %s', (terms, first, from, to, moved) => {
    expect(firstUseAfterMovedEnd(terms, day(first), day(from), day(to))).toBe(day(moved));
  });

  it('as many months are left as were before, however often it moves', () => {
    const count = fc.integer({ min: 1, max: 14 });
    const ends = fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 4 });
    const month = { interval: 'month', count: 1 } as const;
    fc.assert(
      fc.property(fc.nat(1500), count, count, ends, (days, months, first, moves) => {
        const terms = { duration: 'repeating', months } as const;
        const start = day('2027-01-31') + days * 86_400_000;
        let [used, from] = [start, addIntervals(start, month, first)];
        const left = () =>
          Array.from({ length: 20 }, (_, index) => addIntervals(from, month, index)).filter((order) =>
            coversOrder(terms, used, order),
          ).length;
        for (const to of moves.map((later) => start + later * 86_400_000)) {
          [used, from] = [firstUseAfterMovedEnd(terms, used, from, to), to];
          expect(left()).toBe(Math.max(0, months - first));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
