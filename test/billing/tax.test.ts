/** What an order comes to with its taxes, line by line. */
import fc from 'fast-check';
import type { PriceId } from '../../billing/ids.ts';
import { afterDiscount, partsOf, type TaxableLine, type TaxedOrder, taxedOrder } from '../../billing/order-tax.ts';
import { type AppliedBehavior, behaviorFor, type TaxRate, taxOn } from '../../billing/tax.ts';

const rate = (percent: number, name = 'VAT', more: Partial<TaxRate> = {}): TaxRate => ({
  ...{ country: 'DE', state: null, name, reason: 'standard_rated' },
  millionths: Math.round(percent * 10_000),
  ...more,
});
const gst = rate(5, 'GST', { country: 'CA' });
const pst = rate(7, 'PST', { country: 'CA', state: 'BC' });
const qst = rate(9.975, 'QST', { country: 'CA', state: 'QC' });

const line = (amount: number, behavior: AppliedBehavior, proration = false): TaxableLine => ({
  ...{ label: 'Pro', amount, behavior, proration, priceId: null as PriceId | null },
});

function ordered(lines: readonly TaxableLine[], discount: number, rates: readonly TaxRate[]): TaxedOrder {
  const answers = partsOf(lines, discount).map(({ amount, behavior }) => taxOn(amount, behavior, rates));
  return taxedOrder(lines, discount, answers);
}

it.each([
  ['location', 'US', 'exclusive'],
  ['location', 'CA', 'exclusive'],
  ['location', 'IN', 'exclusive'],
  ['location', 'DE', 'inclusive'],
  ['location', null, 'inclusive'],
  ['inclusive', 'US', 'inclusive'],
  ['exclusive', 'DE', 'exclusive'],
] as const)('a price that says %s is, for a buyer in %s, %s', (said, country, applied) => {
  expect(behaviorFor(said, country)).toBe(applied);
});

type Case = readonly [
  amount: number,
  behavior: AppliedBehavior,
  rates: readonly TaxRate[],
  tax: number,
  shares: readonly number[],
  what: string,
];

it.each<Case>([
  // amount  behavior     rates       tax   shares      what it is
  [1200, 'inclusive', [rate(20)], 200, [200], '$12.00 with 20 %'],
  [1000, 'exclusive', [rate(20)], 200, [200], '$10.00 and 20 %'],
  [999, 'inclusive', [rate(19)], 160, [160], '€9.99 with 19 %'],
  [1500, 'exclusive', [rate(10)], 150, [150], '¥1500 and 10 %'],
  [1505, 'inclusive', [rate(10)], 137, [137], '¥1505 with 10 %'],
  [10_005, 'exclusive', [rate(5)], 500, [500], 'KWD 10.005 and 5 %'],
  [1000, 'exclusive', [gst, pst], 120, [50, 70], 'GST and PST'],
  [999, 'exclusive', [gst, pst], 120, [50, 70], 'GST and PST, rounded once'],
  [1001, 'exclusive', [gst, qst], 150, [50, 100], 'GST and QST'],
  [33, 'exclusive', [gst, qst], 5, [2, 3], 'GST and QST of little'],
  [-1000, 'exclusive', [rate(20)], -200, [-200], 'given back, and its tax'],
  [-1200, 'inclusive', [rate(20)], -200, [-200], 'given back with its tax'],
  [1, 'inclusive', [rate(20)], 0, [0], 'a cent'],
  [1000, 'exclusive', [rate(0, 'VAT', { reason: 'reverse_charge' })], 0, [0], 'reverse charge'],
  [1000, 'inclusive', [], 0, [], 'nothing known'],
])('%i %s at %j is taxed with %i', (amount, behavior, rates, tax, shares) => {
  const taxed = taxOn(amount, behavior, rates);
  expect(taxed.tax).toBe(tax);
  expect(taxed.rates.map(({ amount }) => amount)).toEqual(shares);
});

describe('an order', () => {
  it('with its taxes within the prices costs what they say', () => {
    const { totals, behavior } = ordered([line(1200, 'inclusive')], 0, [rate(20)]);
    expect(totals).toEqual({ subtotal: 1200, discount: 0, net: 1200, tax: 200, total: 1200 });
    expect(behavior).toBe('inclusive');
  });

  it('with its taxes on top costs that much more', () => {
    const { totals } = ordered([line(1000, 'exclusive')], 0, [rate(20)]);
    expect(totals).toEqual({ subtotal: 1000, discount: 0, net: 1000, tax: 200, total: 1200 });
  });

  it('is taxed after its discount, which falls on what is not prorated', () => {
    const lines = [line(2000, 'inclusive'), line(1000, 'inclusive'), line(-500, 'inclusive', true)];
    expect(afterDiscount(lines, 600)).toEqual([1600, 800, -500]);
    const order = ordered(lines, 600, [rate(20)]);
    expect(order.totals).toMatchObject({ subtotal: 2500, discount: 600, net: 1900, tax: 317, total: 1900 });
    expect(order.lines.map(({ tax }) => tax)).toEqual([267, 133, -83]);
  });

  it('that gives more back than it charges gives the tax back, too', () => {
    const lines = [line(-1933, 'exclusive', true), line(483, 'exclusive', true)];
    const { totals, lines: taxed } = ordered(lines, 0, [rate(20)]);
    expect(totals).toMatchObject({ net: -1450, tax: -290, total: -1740 });
    expect(taxed.map(({ tax }) => tax)).toEqual([-387, 97]);
  });

  it('may hold prices of both behaviours', () => {
    const { totals, behavior, rates } = ordered([line(1200, 'inclusive'), line(1000, 'exclusive')], 0, [rate(20)]);
    expect(totals).toMatchObject({ net: 2200, tax: 400, total: 2400 });
    expect(behavior).toBeNull();
    expect(rates.map(({ behavior, amount }) => [behavior, amount])).toEqual([
      ['inclusive', 200],
      ['exclusive', 200],
    ]);
  });

  it('of nothing asks for no tax', () => {
    expect(partsOf([line(0, 'exclusive')], 0)).toEqual([]);
    expect(partsOf([line(1000, 'exclusive')], 5000)).toEqual([]);
    expect(ordered([line(0, 'inclusive')], 0, [rate(20)]).totals).toMatchObject({ tax: 0, total: 0 });
  });

  it('whose provider rounds in its own way still adds up', () => {
    const lines = [line(1000, 'exclusive'), line(1000, 'exclusive'), line(0, 'exclusive')];
    const taxed = (tax: number) => taxedOrder(lines, 0, [{ tax, rates: [{ ...rate(20), amount: tax }] }]);
    expect(taxed(405).lines.map(({ tax }) => tax)).toEqual([203, 202, 0]);
    expect(taxed(395).lines.map(({ tax }) => tax)).toEqual([198, 197, 0]);
  });
});

describe('whatever is ordered', () => {
  const aLine = fc
    .tuple(fc.integer({ min: -1_000_000, max: 9_999_999 }), fc.constantFrom('inclusive', 'exclusive'), fc.boolean())
    .map(([amount, behavior, proration]) => line(proration ? amount : Math.abs(amount), behavior, proration));
  const anOrder = [
    fc.array(aLine, { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 0, max: 5_000_000 }),
    fc.array(
      fc.integer({ min: 0, max: 300_000 }).map((millionths) => rate(millionths / 10_000)),
      { maxLength: 3 },
    ),
  ] as const;
  const sum = (amounts: readonly number[]) => amounts.reduce((all, amount) => all + amount, 0);

  it('the parts of a tax sum to it: by line, and by jurisdiction', () => {
    fc.assert(
      fc.property(...anOrder, (lines, discount, rates) => {
        const { lines: taxed, rates: applied, totals } = ordered(lines, discount, rates);
        expect(sum(taxed.map(({ tax }) => tax))).toBe(totals.tax);
        if (rates.length > 0) expect(sum(applied.map(({ amount }) => amount))).toBe(totals.tax);
        const added = sum(taxed.filter(({ behavior }) => behavior === 'exclusive').map(({ tax }) => tax));
        expect(totals.total).toBe(totals.net + added);
        expect(totals.net).toBe(sum(afterDiscount(lines, discount)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('a line is taxed as by itself, give or take a cent, and within its own sign', () => {
    fc.assert(
      fc.property(...anOrder, (lines, discount, rates) => {
        const left = afterDiscount(lines, discount);
        const isTaxed = new Set(partsOf(lines, discount).map(({ behavior }) => behavior));
        for (const [i, { tax, behavior }] of ordered(lines, discount, rates).lines.entries()) {
          const amount = left[i] ?? 0;
          if (!isTaxed.has(behavior)) expect(tax).toBe(0);
          else expect(Math.abs(tax - taxOn(amount, behavior, rates).tax)).toBeLessThanOrEqual(1);
          expect(Math.sign(tax) * Math.sign(amount)).toBeGreaterThanOrEqual(0);
          if (behavior === 'inclusive') expect(Math.abs(tax)).toBeLessThanOrEqual(Math.abs(amount));
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('what is within a price is what would come on top of the rest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9_999_999, max: 9_999_999 }),
        fc.integer({ min: 0, max: 300_000 }),
        (amount, m) => {
          const rates = [rate(m / 10_000)];
          const inclusive = taxOn(amount, 'inclusive', rates).tax;
          const exclusive = taxOn(amount - inclusive, 'exclusive', rates).tax;
          expect(Math.abs(inclusive - exclusive)).toBeLessThanOrEqual(1);
          expect(Math.abs(inclusive)).toBeLessThanOrEqual(Math.abs(amount));
          expect(taxOn(-amount, 'inclusive', rates).tax).toBe(-inclusive + 0);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
