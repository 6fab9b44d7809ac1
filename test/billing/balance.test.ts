/** What a customer's balance pays of an order. */
import fc from 'fast-check';
import { applyBalance, applyBalanceUncharged } from '../../billing/balance.ts';
import { minimumCharge } from '../../billing/money.ts';

it.each([
  // total  balance  applied    due
  [2000, 0, 0, 2000],
  [2000, 500, -500, 1500],
  [2000, 2000, -2000, 0],
  [2000, 5000, -2000, 0],
  [2000, 1950, -1950, 50],
  // 20 cents can't be charged: they are owed.
  [2000, 1980, -2000, 0],
  [30, 0, -30, 0],
  [30, -30, 30, 60],
  [2000, -20, 20, 2020],
  // What an order gives back.
  [-1450, 0, 1450, 0],
  [-1450, -20, 1450, 0],
  [-10, -20, 10, 0],
  [0, 500, 0, 0],
  [0, -20, 0, 0],
])('%i with a balance of %i: %i added, %i due', (total, balance, applied, due) => {
  expect(applyBalance(total, balance, 50)).toEqual({ applied, due });
});

it.each([
  ['jpy', 100, 60, -100, 0],
  ['jpy', 110, 60, -60, 50],
  ['kwd', 1000, 960, -1000, 0],
  ['huf', 20_000, 3000, -20_000, 0],
])('%s %i with a balance of %i: %i added, %i due', (currency, total, balance, applied, due) => {
  expect(applyBalance(total, balance, minimumCharge(currency))).toEqual({ applied, due });
});

it.each([
  // total  balance  applied    due
  [1450, 1000, 0, 1450],
  [1450, 1450, -1450, 0],
  [1450, 1430, -1450, 0],
  [1450, -20, 0, 1450],
  [30, 0, -30, 0],
  [-1450, 0, 1450, 0],
  [-10, -80, 10, 0],
  [0, 500, 0, 0],
])('%i that nobody charges, with a balance of %i: %i added, %i due', (total, balance, applied, due) => {
  expect(applyBalanceUncharged(total, balance, 50)).toEqual({ applied, due });
});

const amount = fc.integer({ min: -100_000, max: 100_000 });
const orders = fc.array(amount, { maxLength: 30 });

it('loses nothing over any number of orders: what was charged and what is left are what was billed', () => {
  fc.assert(
    fc.property(orders, (totals) => {
      let balance = 0;
      let charged = 0;
      for (const total of totals) {
        const { applied, due } = applyBalance(total, balance, 50);
        expect(due).toBe(total + applied);
        expect(due === 0 || due >= 50).toBe(true);
        balance += applied;
        charged += due;
      }
      expect(charged - balance).toBe(totals.reduce((sum, total) => sum + total, 0));
    }),
  );
});

it('never owes as much as could be charged, whatever was ordered', () => {
  fc.assert(
    fc.property(orders, (totals) => {
      let balance = 0;
      for (const total of totals) {
        balance += applyBalance(total, balance, 50).applied;
        expect(balance).toBeGreaterThan(-50);
      }
    }),
  );
});
