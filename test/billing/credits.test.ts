/** Which credits are used first, and what is left of each. */
import fc from 'fast-check';
import { type Credit, spendCredits, sumOfUnits } from '../../billing/credits.ts';
import type { PriceId } from '../../billing/ids.ts';
import { grouped, usageLine } from '../../billing/usage-lines.ts';

const period = (units: string): Credit => ({ units, lasts: 'period' });
const rollover = (units: string): Credit => ({ units, lasts: 'rollover' });
const forever = (units: string): Credit => ({ units, lasts: 'forever' });

describe('spendCredits', () => {
  it.each<[string, Credit[], string, string[]]>([
    ['what vanishes first', [forever('50'), period('100')], '120', ['30', '0']],
    ['then what is carried over', [forever('50'), rollover('100'), period('10')], '60', ['50', '50', '0']],
    ['of the same kind the first', [period('10'), period('10')], '15', ['0', '5']],
    ['no more than there is', [period('10')], '15', ['0']],
    ['nothing of nothing', [period('10')], '0', ['10']],
    ['a whole unit where some of it is used', [period('10')], '0.25', ['9']],
    ['nothing below nothing', [period('10')], '-5', ['10']],
  ])('uses %s', (_, credits, consumed, left) => {
    expect(spendCredits(credits, consumed).map((split) => split.left)).toEqual(left);
  });

  it('neither loses nor makes units', () => {
    const credit = fc.record({
      units: fc.nat(1_000_000).map(String),
      lasts: fc.constantFrom('period', 'rollover', 'forever') as fc.Arbitrary<Credit['lasts']>,
    });
    fc.assert(
      fc.property(fc.array(credit, { maxLength: 6 }), fc.nat(3_000_000), (credits, consumed) => {
        const split = spendCredits(credits, String(consumed));
        const all = Number(sumOfUnits(credits.map(({ units }) => units)));
        const used = Number(sumOfUnits(split.map((each) => each.used)));
        expect(used).toBe(Math.min(all, consumed));
        expect(used + Number(sumOfUnits(split.map((each) => each.left)))).toBe(all);
      }),
    );
  });
});

describe('usageLine', () => {
  const terms = { unitAmount: '0.02', cap: null };
  const used = { priceId: 'p' as PriceId, name: 'Tokens', consumed: '150000', credited: '0' };

  it('says what was used, and what of it is included', () => {
    expect(usageLine(terms, used)).toMatchObject({ label: 'Tokens (150,000)', amount: 3000, proration: false });
    expect(usageLine(terms, { ...used, credited: '100000' })).toMatchObject({
      label: 'Tokens (150,000, of which 100,000 are included)',
      amount: 1000,
    });
  });

  it.each([
    ['0', '0'],
    ['999', '999'],
    ['1234567.25', '1,234,567.25'],
  ])('writes %s as %s', (units, words) => expect(grouped(units)).toBe(words));
});
