import { fromProcessor, largestCharge, refusalOfCharge, toProcessor } from '../../billing/processor-amounts.ts';

describe('amounts at the processor’s border', () => {
  it.each([
    ['usd', 1050, 1050],
    ['jpy', 500, 500],
    ['kwd', 5120, 5120],
    ['huf', 17_500, 17_500],
    // Without decimals here, in hundredths there.
    ['isk', 500, 50_000],
    ['UGX', 20_000, 2_000_000],
  ])('%s %i are %i there', (currency, ours, theirs) => {
    expect(toProcessor(ours, currency)).toBe(theirs);
    expect(fromProcessor(theirs, currency)).toBe(ours);
  });

  it('rounds fees that have a part of the smallest unit', () => {
    expect(fromProcessor(4449, 'isk')).toBe(44);
    expect(fromProcessor(4450, 'isk')).toBe(45);
    expect(fromProcessor(59, 'usd')).toBe(59);
  });

  it.each([
    ['usd', 99_999_999],
    ['jpy', 99_999_999],
    ['isk', 999_999],
    ['ugx', 999_999],
  ])('takes %s %i at most', (currency, most) => {
    expect(largestCharge(currency)).toBe(most);
    expect(refusalOfCharge(most, currency)).toBeNull();
    expect(refusalOfCharge(most + 1, currency)?.reason).toBe('amount_too_large');
  });

  it.each([
    [100_000_000, 'usd', 'It comes to 1000000.00 USD; the most that can be charged at once is 999999.99 USD.'],
    [5124, 'kwd', 'It comes to 5.124 KWD; cards take KWD with two decimals only.'],
    [5120, 'kwd', null],
    [5124, 'jpy', null],
    [1, 'usd', null],
  ])('of %i %s says %s', (amount, currency, message) => {
    expect(refusalOfCharge(amount, currency)?.message ?? null).toBe(message);
  });
});
