import fc from 'fast-check';
import { platformFee } from '../../billing/fees.ts';
import { minimumCharge } from '../../billing/minimum-charge.ts';
import { decimalsOf, portion, split } from '../../billing/money.ts';
import { type Line, totalsOf } from '../../billing/orders.ts';

describe('rounding', () => {
  it.each([
    // amount, of 2 parts one, halves away from zero
    [1, 1],
    [-1, -1],
    [3, 2],
    [5, 3],
    [-5, -3],
    [4, 2],
    [0, 0],
  ])('half of %i is %i', (amount, half) => expect(portion(amount, 1, 2)).toBe(half));
});

describe('currencies', () => {
  it.each([
    ['jpy', 0],
    ['USD', 2],
    ['kwd', 3],
  ])('%s has %i decimals', (currency, decimals) => expect(decimalsOf(currency)).toBe(decimals));

  it('knows the least that can be charged', () => {
    expect(minimumCharge('usd')).toBe(50);
    expect(minimumCharge('GBP')).toBe(30);
    // What 50 of their units are worth nobody can charge.
    expect(minimumCharge('ugx')).toBe(3000);
    expect(minimumCharge('ISK')).toBe(100);
    expect(minimumCharge('krw')).toBe(1100);
    expect(['bhd', 'jod', 'KWD', 'omr', 'tnd'].map(minimumCharge)).toEqual([290, 540, 230, 290, 2200]);
  });
});

describe('splitting an amount', () => {
  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [1000, [300, 700], [300, 700]],
    [1, [1, 1], [1, 0]],
    [-100, [1, 1, 1], [-34, -33, -33]],
    [10, [0, 0], [10, 0]],
    [7, [5, 3, 2], [4, 2, 1]],
  ])('%i over %j is %j', (amount, weights, parts) => expect(split(amount, weights)).toEqual(parts));

  it('loses nothing, and gives no part more than a unit too much', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), weights, (amount, given) => {
        const parts = split(amount, given);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
        const total = given.reduce((sum, weight) => sum + weight, 0);
        if (total === 0) return;
        for (const [index, part] of parts.entries()) {
          expect(Math.abs(part - (amount * (given[index] ?? 0)) / total)).toBeLessThan(1.000001);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the platform’s fee', () => {
  it.each([
    [3750, 'usd', true, 294],
    [3750, 'usd', false, 238],
    [1000, 'usd', false, 100],
    [50, 'usd', false, 50],
    [0, 'usd', false, 0],
    [1000, 'jpy', false, 51],
    [10_000, 'kwd', false, 1000],
  ])('of %i %s (international: %s) is %i', (total, currency, international, fee) =>
    expect(platformFee(total, currency, international)).toBe(fee),
  );
});

describe('an order', () => {
  const line = (amount: number): Line => ({ label: 'Pro', amount, priceId: null, proration: false });

  it('adds up', () => {
    expect(totalsOf([line(1000), line(500)], { discount: 300, tax: 240 })).toEqual({
      subtotal: 1500,
      discount: 300,
      net: 1200,
      tax: 240,
      total: 1440,
    });
  });

  it('is never less than nothing by a discount', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100_000), { maxLength: 5 }), fc.nat(1_000_000), (amounts, discount) => {
        const totals = totalsOf(amounts.map(line), { discount, tax: 0 });
        expect(totals.net).toBeGreaterThanOrEqual(0);
        expect(totals.net).toBe(totals.subtotal - totals.discount);
        expect(totals.total).toBe(totals.net + totals.tax);
      }),
    );
  });
});
