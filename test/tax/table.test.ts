import { ratesFor, tableOfTaxes } from '../../tax/table.ts';
import { AT, CASES, place, questionOf, ratesOf } from './cases.ts';

describe('the table of taxes', () => {
  it.each(CASES)('of $of', async (given) => {
    const question = questionOf(given);
    const { parts, calculationId } = await tableOfTaxes.calculate(question);
    expect(ratesOf(parts[0])).toEqual(given.rates);
    expect(parts[0]?.tax).toBe(given.rates.reduce((sum, [, , , amount]) => sum + amount, 0));
    expect(calculationId).toBeNull();
  });

  const rates = (registrations: string[], country: string, state: string | null = null, at = AT) =>
    ratesFor({
      seller: { country: 'US', registrations },
      buyer: { place: place(country, state), taxId: null },
      at,
    }).map(({ name, state, millionths, reason }) => [name, state, millionths, reason]);

  it.each([
    ['Estonia until June 2025', '2025-06-30T12:00:00Z', 'EE', 220_000],
    ['Estonia since', '2025-07-01T12:00:00Z', 'EE', 240_000],
    ['Estonia long before', '2020-01-01T00:00:00Z', 'EE', 200_000],
    ['Romania before August 2025', '2025-07-01T00:00:00Z', 'RO', 190_000],
    ['Romania in ten years', '2036-07-01T00:00:00Z', 'RO', 210_000],
  ])('has the rate of the day: %s', (_, day, country, millionths) => {
    expect(rates(['EU'], country, null, Date.parse(day))).toEqual([['VAT', null, millionths, 'standard_rated']]);
  });

  it.each([
    ['the Canaries are outside the Union’s VAT', ['EU'], 'ES', 'ES-GC', [['VAT', null, 0, 'not_collecting']]],
    ['and have a tax of their own', ['ES-GC'], 'ES', 'GC', [['IGIC', 'GC', 70_000, 'standard_rated']]],
    ['Madrid', ['EU'], 'ES', 'M', [['VAT', null, 210_000, 'standard_rated']]],
    ['Monaco is France’s', ['EU'], 'MC', null, [['VAT', null, 200_000, 'standard_rated']]],
    ['the Isle of Man is the UK’s', ['GB'], 'IM', null, [['VAT', null, 200_000, 'standard_rated']]],
    ['the US without a state', ['US-CA'], 'US', null, [['Sales tax', null, 0, 'not_collecting']]],
    ['Canada without a province', ['CA'], 'CA', null, [['GST', null, 50_000, 'standard_rated']]],
    ['only the province’s', ['CA-BC'], 'CA', 'BC', [['PST', 'BC', 70_000, 'standard_rated']]],
    ['where no tax is known', ['HK'], 'HK', null, [['Tax', null, 0, 'not_subject_to_tax']]],
    ['Malaysia', ['MY'], 'MY', null, [['Service tax', null, 80_000, 'standard_rated']]],
  ])('%s', (_, registrations, country, state, expected) => {
    expect(rates(registrations, country, state)).toEqual(expected);
  });

  it('answers each part, in order', async () => {
    const question = questionOf({ of: '', registrations: ['EU'], place: place('FR'), rates: [] });
    const parts = [
      { behavior: 'inclusive', amount: 1200 },
      { behavior: 'exclusive', amount: 1000 },
    ] as const;
    const answer = await tableOfTaxes.calculate({ ...question, parts });
    expect(answer.parts.map(({ tax }) => tax)).toEqual([200, 200]);
  });
});
