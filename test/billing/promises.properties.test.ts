/** What the rules promise of any order, change and balance, whatever the amounts: two thousand tries each. */
import fc from 'fast-check';
import { applyBalance } from '../../billing/balance.ts';
import { type Behavior, planOf, type Standing } from '../../billing/changes.ts';
import { chargeableIn } from '../../billing/chargeable.ts';
import { discountOn } from '../../billing/discounts.ts';
import { platformFee } from '../../billing/fees.ts';
import type { PriceId, ProductId } from '../../billing/ids.ts';
import { minimumCharge } from '../../billing/minimum-charge.ts';
import { partsOf, type TaxableLine, taxedOrder } from '../../billing/order-tax.ts';
import { type Interval, periodOf } from '../../billing/periods.ts';
import { stepOf } from '../../billing/processor-amounts.ts';
import { amountAfterMove, prorate } from '../../billing/proration.ts';
import { type AppliedBehavior, type TaxRate, taxOn } from '../../billing/tax.ts';
import { sums, terms } from './terms.ts';

const often = { numRuns: 2000 };
const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);

const behavior = fc.constantFrom<AppliedBehavior>('inclusive', 'exclusive');
const wholeLine = fc.record({ amount: fc.nat(10_000_000), proration: fc.constant(false), behavior });
const proratedLine = fc.record({
  ...{ amount: fc.integer({ min: -10_000_000, max: 10_000_000 }), proration: fc.constant(true), behavior },
});
const lines = fc
  .array(fc.oneof(wholeLine, proratedLine), { minLength: 1, maxLength: 6 })
  .map((made): TaxableLine[] => made.map((line) => ({ label: 'A line', priceId: 'a price' as PriceId, ...line })));
const rates = fc.array(
  fc.nat(300_000).map(
    (millionths): TaxRate => ({
      country: 'US',
      state: 'NY',
      name: 'Sales tax',
      millionths,
      reason: 'standard_rated',
    }),
  ),
  { maxLength: 4 },
);

function orderOf(given: readonly TaxableLine[], points: number, taxes: readonly TaxRate[]) {
  const whole = sumOf(given.filter(({ proration }) => !proration).map(({ amount }) => amount));
  const discount = discountOn(whole, 'usd', { type: 'percentage', basisPoints: points });
  const answers = partsOf(given, discount).map((part) => taxOn(part.amount, part.behavior, taxes));
  return taxedOrder(given, discount, answers);
}

const points = fc.integer({ min: 1, max: 10_000 });

it('parts sum to the whole: lines, what is taken off, taxes of lines and of jurisdictions', () => {
  fc.assert(
    fc.property(lines, points, rates, (given, off, taxes) => {
      const { totals, lines: taxed, rates: applied } = orderOf(given, off, taxes);
      expect(sumOf(given.map(({ amount }) => amount)) - totals.discount).toBe(totals.net);
      expect(sumOf(taxed.map(({ tax }) => tax))).toBe(totals.tax);
      expect(sumOf(applied.map(({ amount }) => amount))).toBe(totals.tax);
      const added = taxed.filter((line) => line.behavior === 'exclusive').map(({ tax }) => tax);
      expect(totals.total).toBe(totals.net + sumOf(added));
    }),
    often,
  );
});

it('what has no prorated line never comes to less than nothing, whatever is taken off and taxed', () => {
  const whole = fc.array(wholeLine, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(whole, points, rates, (given, off, taxes) => {
      const named = given.map((line) => ({ label: 'A line', priceId: 'a price' as PriceId, ...line }));
      const { totals } = orderOf(named, off, taxes);
      for (const amount of Object.values(totals)) expect(amount).toBeGreaterThanOrEqual(0);
      expect(totals.tax).toBeLessThanOrEqual(totals.total);
    }),
    often,
  );
});

it('what is given back gives the same tax back', () => {
  fc.assert(
    fc.property(fc.nat(99_999_999), behavior, rates, (amount, how, taxes) => {
      const [there, back] = [taxOn(amount, how, taxes), taxOn(-amount, how, taxes)];
      expect(there.tax + back.tax).toBe(0);
    }),
    often,
  );
});

it('a tax that is included is the one that would be added to what is left without it, to the cent', () => {
  fc.assert(
    fc.property(fc.nat(99_999_999), rates, (amount, taxes) => {
      const { tax } = taxOn(amount, 'inclusive', taxes);
      expect(Math.abs(taxOn(amount - tax, 'exclusive', taxes).tax - tax)).toBeLessThanOrEqual(1);
    }),
    often,
  );
});

const anchor = fc.integer({ min: Date.UTC(2026, 0, 1) / 1000, max: Date.UTC(2032, 0, 1) / 1000 });
const interval = fc.constantFrom<Interval>('day', 'week', 'month', 'year');
const price = fc.nat(5_000_000);
const now = fc.constantFrom<Behavior>('invoice', 'prorate');

it('up and back in the same second costs nothing, over any number of changes that end where they began', () => {
  fc.assert(
    fc.property(
      anchor,
      interval,
      fc.nat(10_000),
      price,
      fc.array(price, { maxLength: 8 }),
      now,
      (start, every, share, first, prices, how) => {
        const recurrence = { interval: every, count: 1 };
        const period = periodOf(start * 1000, recurrence, 1);
        const at = period.start + Math.floor(((period.end - period.start) * share) / 10_000);
        let current = { ...terms(first, { recurrence }), productId: 'first' as ProductId };
        let paid = 0;
        for (const [index, next] of [...prices, first].entries()) {
          const to = { ...terms(next, { recurrence }), productId: `change ${index}` as ProductId };
          const old: Standing = { status: 'active', period, trialStart: null, terms: current };
          const [credit, charge] = sums(planOf(old, to, how, at));
          paid += charge - credit;
          current = to;
        }
        expect(paid).toBe(0);
      },
    ),
    often,
  );
});

it('seats that change several times in one second end at one sum, by whatever way', () => {
  fc.assert(
    fc.property(anchor, fc.nat(10_000), price, price, price, price, (start, share, from, left, right, to) => {
      const period = periodOf(start * 1000, { interval: 'month', count: 1 }, 1);
      const at = period.start + Math.floor(((period.end - period.start) * share) / 10_000);
      const difference = (old: number, next: number) => {
        const { credit, charge } = prorate(period, at, old, next);
        return charge - credit;
      };
      const by = (way: number) => difference(from, way) + difference(way, to);
      expect(by(left)).toBe(by(right));
      expect(by(left)).toBe(difference(from, to));
    }),
    often,
  );
});

it('a moved end neither gives nor takes: what is left is worth as much in the moment of the move', () => {
  fc.assert(
    fc.property(anchor, fc.nat(9_999), fc.integer({ min: 1, max: 400 }), price, (start, share, days, paid) => {
      const period = periodOf(start * 1000, { interval: 'month', count: 1 }, 1);
      const at = period.start + Math.floor(((period.end - period.start) * share) / 10_000);
      const end = at + days * 86_400_000;
      const { credit } = prorate(period, at, paid, 0);
      const asIf = amountAfterMove(period, end, at, paid);
      expect(prorate({ start: period.start, end }, at, asIf, 0).credit).toBe(credit);
    }),
    often,
  );
});

it('what is charged can be charged, and the platform’s part of it is less than all', () => {
  const currency = fc.constantFrom('usd', 'jpy', 'kwd', 'gbp', 'huf');
  const total = fc.integer({ min: -1_000_000, max: 99_999_999 });
  fc.assert(
    fc.property(
      currency,
      total,
      fc.integer({ min: -49, max: 1_000_000 }),
      fc.boolean(),
      (code, sum, balance, abroad) => {
        const { applied, due } = applyBalance(sum, balance, chargeableIn(code));
        expect(due === 0 || due >= minimumCharge(code)).toBe(true);
        expect(due % stepOf(code)).toBe(0);
        expect(sum + applied).toBe(due);
        const fee = platformFee(due, code, abroad);
        expect(fee).toBeGreaterThanOrEqual(0);
        expect(fee).toBeLessThanOrEqual(due);
      },
    ),
    often,
  );
});
