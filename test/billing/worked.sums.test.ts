/** Worked by hand: orders with discount, prorated lines and tax together; fees, tiers and balances at their edges. */
import { applyBalance } from '../../billing/balance.ts';
import { chargeableIn } from '../../billing/chargeable.ts';
import { discountOn } from '../../billing/discounts.ts';
import { platformFee } from '../../billing/fees.ts';
import type { PriceId } from '../../billing/ids.ts';
import { partsOf, taxedOrder } from '../../billing/order-tax.ts';
import { type AppliedBehavior, taxOn } from '../../billing/tax.ts';
import { type Tier, tieredAmount } from '../../billing/tiers.ts';

it.each<[number, readonly number[], number, number, AppliedBehavior, number, number, number]>([
  // whole period, prorated, discount in basis points, tax in millionths, taken off, tax, total; what is taxed
  [2_000, [], 1_000, 200_000, 'inclusive', 200, 300, 1_800], // left 1800
  [2_000, [], 1_000, 200_000, 'exclusive', 200, 360, 2_160], // left 1800
  [1_200, [], 0, 200_000, 'inclusive', 0, 200, 1_200], // left 1200
  [1_000, [], 0, 200_000, 'exclusive', 0, 200, 1_200], // left 1000
  [2_000, [-483, 1933], 0, 190_000, 'inclusive', 0, 551, 3_450], // left 3450
  [2_000, [-483, 1933], 5_000, 190_000, 'inclusive', 1_000, 391, 2_450], // left 2450
  [2_000, [-483, 1933], 5_000, 190_000, 'exclusive', 1_000, 466, 2_916], // left 2450
  [0, [-250, 1000], 0, 190_000, 'inclusive', 0, 120, 750], // left 750
  [0, [-1933, 483], 0, 190_000, 'inclusive', 0, -232, -1_450], // left -1450
  [0, [-1933, 483], 0, 190_000, 'exclusive', 0, -276, -1_726], // left -1450
  [2_000, [-1933, 483], 10_000, 190_000, 'exclusive', 2_000, -276, -1_726], // left -1450
  [2_000, [-1933, 483], 10_000, 190_000, 'inclusive', 2_000, -232, -1_450], // left -1450
  [999, [], 3_333, 210_000, 'inclusive', 333, 116, 666], // left 666
  [999, [], 3_333, 210_000, 'exclusive', 333, 140, 806], // left 666
  [1, [], 5_000, 210_000, 'exclusive', 1, 0, 0], // left 0
  [980, [], 1_500, 100_000, 'inclusive', 147, 76, 833], // left 833
  [980, [], 1_500, 100_000, 'exclusive', 147, 83, 916], // left 833
  [12_345, [], 1_250, 50_000, 'inclusive', 1_543, 514, 10_802], // left 10802
  [12_345, [], 1_250, 50_000, 'exclusive', 1_543, 540, 11_342], // left 10802
  [11_200, [], 0, 85_000, 'exclusive', 0, 952, 12_152], // left 11200
  [13_200, [], 2_000, 88_750, 'exclusive', 2_640, 937, 11_497], // left 10560
  [2_000, [], 10_000, 190_000, 'inclusive', 2_000, 0, 0], // left 0
  [500, [500], 10_000, 190_000, 'inclusive', 500, 80, 500], // left 500
  [2_900, [-1450, 725], 2_500, 77_000, 'inclusive', 725, 104, 1_450], // left 1450
  [99_999_999, [], 0, 250_000, 'inclusive', 0, 20_000_000, 99_999_999], // left 99999999
  [99_999_999, [], 1, 250_000, 'exclusive', 10_000, 24_997_500, 124_987_499], // left 99989999
])(
  '%i and %j, %i off, taxed %i %s: %i off, %i tax, %i',
  (whole, prorated, points, millionths, behavior, off, tax, total) => {
    const line = (amount: number, proration: boolean) => ({
      ...{ label: 'A line', amount, priceId: 'a price' as PriceId, proration, behavior },
    });
    const lines = [...(whole === 0 ? [] : [line(whole, false)]), ...prorated.map((amount) => line(amount, true))];
    const discount = discountOn(whole, 'usd', { type: 'percentage', basisPoints: Math.max(points, 0) });
    expect(discount).toBe(off);
    const rate = { country: 'DE', state: null, name: 'VAT', millionths, reason: 'standard_rated' as const };
    const answers = partsOf(lines, discount).map(({ amount }) => taxOn(amount, behavior, [rate]));
    const order = taxedOrder(lines, discount, answers);
    expect(order.totals).toMatchObject({ discount: off, tax, total });
    expect(order.lines.reduce((sum, taxed) => sum + taxed.tax, 0)).toBe(tax);
  },
);

it.each([
  // total, currency, card from abroad, fee; 5 % and half a unit, 1.5 % more, never more than the total
  [3_750, 'usd', true, 294], // 238 + 56
  [100, 'usd', false, 55], // 55 + 0
  [50, 'usd', true, 50], // 53 + 1
  [53, 'usd', false, 53], // 53 + 0
  [990, 'usd', true, 115], // 100 + 15
  [1_010, 'usd', false, 101], // 101 + 0
  [2_000, 'eur', true, 180], // 150 + 30
  [99_999_999, 'usd', true, 6_500_050], // 5000050 + 1500000
  [50, 'jpy', false, 3], // 3 + 0
  [980, 'jpy', true, 65], // 50 + 15
  [1, 'jpy', false, 1], // 1 + 0
  [10, 'jpy', true, 1], // 1 + 0
  [50, 'kwd', true, 50], // 503 + 1
  [5_000, 'kwd', false, 750], // 750 + 0
  [5_010, 'kwd', true, 826], // 751 + 75
  [12_345, 'kwd', true, 1_302], // 1117 + 185
])('of %i %s (international: %s) the platform keeps %i', (total, currency, isInternational, fee) => {
  expect(platformFee(total, currency, isInternational)).toBe(fee);
});

const tier = (from: number, upTo: number | null, each: number): Tier => ({ from, upTo, each });
const two = [tier(1, 10, 1000), tier(11, null, 800)];
const wide = [tier(5, 9, 700), tier(10, 99, 600), tier(100, 1000, 50)];
const odd = [tier(1, 1, 0), tier(2, 5, 999), tier(6, null, 1)];

it.each<[readonly Tier[], number, number, number]>([
  // tiers, seats, volume, graduated
  [two, 9, 9_000, 9_000],
  [two, 10, 10_000, 10_000],
  [two, 11, 8_800, 10_800],
  [two, 12, 9_600, 11_600],
  [two, 999, 799_200, 801_200],
  [two, 1000, 800_000, 802_000],
  [wide, 5, 3_500, 3_500],
  [wide, 9, 6_300, 6_300],
  [wide, 10, 6_000, 6_900],
  [wide, 11, 6_600, 7_500],
  [wide, 99, 59_400, 60_300],
  [wide, 100, 5_000, 60_350],
  [wide, 101, 5_050, 60_400],
  [wide, 1000, 50_000, 105_350],
  [odd, 1, 0, 0],
  [odd, 2, 1_998, 999],
  [odd, 5, 4_995, 3_996],
  [odd, 6, 6, 3_997],
  [odd, 7, 7, 3_998],
  [odd, 1000, 1_000, 4_991],
])('%j, %i seats: volume %i, graduated %i', (tiers, seats, volume, graduated) => {
  expect(tieredAmount({ mode: 'volume', tiers }, seats)).toBe(volume);
  expect(tieredAmount({ mode: 'graduated', tiers }, seats)).toBe(graduated);
});

it.each([
  // currency, total, balance, added, due, balance afterwards
  ['usd', 2_000, 1_951, -2_000, 0, -49],
  ['usd', 2_000, 1_950, -1_950, 50, 0],
  ['usd', 2_000, 1_999, -2_000, 0, -1],
  ['usd', 49, 0, -49, 0, -49],
  ['usd', 50, 0, 0, 50, 0],
  ['usd', 30, -19, -30, 0, -49],
  ['usd', 30, -20, 20, 50, 0],
  ['usd', 1, -49, 49, 50, 0],
  ['usd', 1, -48, -1, 0, -49],
  ['gbp', 29, 0, -29, 0, -29],
  ['gbp', 30, 0, 0, 30, 0],
  ['jpy', 49, 0, -49, 0, -49],
  ['jpy', 50, 0, 0, 50, 0],
  ['huf', 17_499, 0, -17_499, 0, -17_499],
  ['huf', 17_500, 0, 0, 17_500, 0],
  ['czk', 1_499, 0, -1_499, 0, -1_499],
  ['usd', -500, -30, 500, 0, 470],
  ['usd', -500, 200, 500, 0, 700],
  ['usd', 0, -49, 0, 0, -49],
  ['usd', 99_999_999, 1, -1, 99_999_998, 0],
])('%s %i with a balance of %i: %i added, %i due, %i left', (currency, total, balance, applied, due, left) => {
  const made = applyBalance(total, balance, chargeableIn(currency));
  expect(made).toEqual({ applied, due });
  expect(balance + made.applied).toBe(left);
});
