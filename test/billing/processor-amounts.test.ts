import {
  feeOfCharge,
  fromProcessor,
  largestCharge,
  refusalOfCharge,
  toProcessor,
} from '../../billing/processor-amounts.ts';

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

  // All as the processor counts: charged, settled as, with a fee; and the fee in the charge's own currency, as we count.
  it.each([
    ['usd', 2000, 'usd', 2000, 88, 88],
    ['eur', 2000, 'usd', 2340, 98, 84],
    ['usd', 2340, 'eur', 2000, 84, 98],
    ['eur', 1000, 'usd', 2000, 33, 17],
    ['eur', 1000, 'usd', 2000, 31, 16],
    ['eur', 2000, 'usd', 2340, 0, 0],
    // Without decimals on the one side or the other.
    ['jpy', 500, 'usd', 335, 40, 60],
    ['usd', 2000, 'jpy', 2985, 117, 78],
    ['jpy', 5000, 'krw', 46_512, 1379, 148],
    // With three.
    ['kwd', 5120, 'usd', 1667, 78, 240],
    ['usd', 1667, 'kwd', 5120, 240, 78],
    ['kwd', 5120, 'jpy', 2481, 102, 210],
    // In hundredths there, of which none are charged, but may be kept.
    ['isk', 50_000, 'eur', 345, 35, 51],
    ['eur', 345, 'isk', 50_000, 5149, 36],
    ['isk', 50_000, 'ugx', 1_300_000, 41_050, 16],
    // The most that can be charged, into the smallest unit that there is: no digit is lost.
    ['eur', 99_999_999, 'idr', 1_912_345_678_901, 55_458_024_718, 2_900_000],
  ])('of %s %i, settled as %s %i, a fee of %i is %i', (currency, amount, into, settled, fee, own) => {
    expect(feeOfCharge({ amount, currency }, { amount: settled, currency: into, fee })).toBe(own);
  });

  it('says nothing of a fee where nothing was settled', () => {
    expect(feeOfCharge({ amount: 1, currency: 'vnd' }, { amount: 0, currency: 'kwd', fee: 30 })).toBeNull();
  });

  it.each([
    ['usd', 99_999_999],
    ['jpy', 99_999_999],
    ['isk', 999_999],
    ['ugx', 999_999],
    ['kwd', 99_999_990],
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
