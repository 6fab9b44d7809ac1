/** What a customer's balance pays of an order. */
import fc from 'fast-check';
import {
  applyAtCheckout,
  applyBalance,
  applyBalanceUncharged,
  applyByHand,
  applyWallets,
} from '../../billing/balance.ts';
import { chargeableIn } from '../../billing/chargeable.ts';

const USD = chargeableIn('usd');
const KWD = chargeableIn('kwd');

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
  expect(applyBalance(total, balance, USD)).toEqual({ applied, due });
});

it.each([
  ['jpy', 100, 60, -100, 0],
  ['jpy', 110, 60, -60, 50],
  ['kwd', 1000, 960, -1000, 0],
  ['huf', 20_000, 3000, -20_000, 0],
  // Cards take no single fils: those are owed, and asked for with the next order.
  ['kwd', 6234, 0, -4, 6230],
  ['kwd', 6230, -4, 0, 6230],
  ['kwd', 6237, -4, 3, 6240],
  ['kwd', 5000, 161, -170, 4830],
  ['kwd', 5000, -9, 0, 5000],
  ['kwd', 229, 0, -229, 0],
  ['kwd', 230, 0, 0, 230],
  ['kwd', 239, 0, -9, 230],
  ['kwd', -10_161, 0, 10_161, 0],
  ['KWD', 6234, 0, -4, 6230],
  ['bhd', 6234, 0, -4, 6230],
  ['omr', 6234, 0, -4, 6230],
  ['jod', 6234, 0, -4, 6230],
  ['tnd', 6234, 0, -4, 6230],
  ['jpy', 6234, 0, 0, 6234],
])('%s %i with a balance of %i: %i added, %i due', (currency, total, balance, applied, due) => {
  expect(applyBalance(total, balance, chargeableIn(currency))).toEqual({ applied, due });
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
  expect(applyBalanceUncharged(total, balance, USD)).toEqual({ applied, due });
});

it.each([
  // total  balance  applied    due
  [2000, 500, -500, 1500],
  [2000, 1980, -2000, 0],
  [2000, 5000, -2000, 0],
  [2000, 0, 0, 2000],
  // What is owed is not for a checkout to collect.
  [2000, -20, 0, 2000],
  [0, 500, 0, 0],
])('%i at a checkout, with a balance of %i: %i added, %i due', (total, balance, applied, due) => {
  expect(applyAtCheckout(total, balance, USD)).toEqual({ applied, due });
});

it.each([
  // total  balance  applied    due
  [10_000, 0, 0, 10_000],
  [10_000, 161, -160, 9840],
  [10_000, 9, 0, 10_000],
  [10_000, 10_000, -10_000, 0],
  [10_000, 9900, -10_000, 0],
  // 10.005 is never asked for: 5 fils are paid by the balance, or owed.
  [10_005, 0, -5, 10_000],
  [10_005, 4, -5, 10_000],
  [10_005, 5, -5, 10_000],
  [10_005, 14, -5, 10_000],
  [10_005, 15, -15, 9990],
  [10_005, -300, -5, 10_000],
  [0, 0, 0, 0],
])('%i fils at a checkout, with a balance of %i: %i added, %i due', (total, balance, applied, due) => {
  expect(applyAtCheckout(total, balance, KWD)).toEqual({ applied, due });
});

const amount = fc.integer({ min: -100_000, max: 100_000 });
const orders = fc.array(amount, { maxLength: 30 });

it('loses nothing over any number of orders: what was charged and what is left are what was billed', () => {
  fc.assert(
    fc.property(orders, (totals) => {
      let balance = 0;
      let charged = 0;
      for (const total of totals) {
        const { applied, due } = applyBalance(total, balance, USD);
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
        balance += applyBalance(total, balance, USD).applied;
        expect(balance).toBeGreaterThan(-50);
      }
    }),
  );
});

describe('a wallet for usage', () => {
  it.each([
    // total  usage  wallets          applied  of it  due
    [1500, 1000, [0, 400], -400, -400, 1100],
    [1500, 1000, [0, 5000], -1000, -1000, 500],
    [1500, 0, [0, 5000], 0, 0, 1500],
    [1500, 1000, [300, 400], -700, -400, 800],
    [1500, 1000, [5000, 400], -1500, -400, 0],
    // What is owed is not usage.
    [1000, 1000, [-20, 5000], -1000, -1000, 0],
    [1500, 1000, [-20, 5000], -980, -1000, 520],
    // What an order gives back leaves less to pay than was used.
    [200, 1000, [0, 5000], -200, -200, 0],
    [-200, 1000, [0, 5000], 200, 0, 0],
    // 20 cents can't be charged: they are owed, and the wallet is used up.
    [1020, 1020, [0, 1000], -1020, -1000, 0],
  ] as const)('%i, of it %i used, with %j', (total, usage, [billing, wallet], applied, fromUsageWallet, due) => {
    const paid = applyWallets(applyBalance, { total, usage }, { billing, usage: wallet }, USD);
    expect(paid).toEqual({ applied, fromUsageWallet, due });
  });

  it.each([
    [1500, 1000, [0, 1000], 0, 0, 1500],
    [1500, 1000, [500, 1000], -1500, -1000, 0],
    [1000, 1000, [0, 1000], -1000, -1000, 0],
  ] as const)('nobody charges %i, of it %i used, with %j', (total, usage, [billing, wallet], applied, of, due) => {
    const paid = applyWallets(applyBalanceUncharged, { total, usage }, { billing, usage: wallet }, USD);
    expect(paid).toEqual({ applied, fromUsageWallet: of, due });
  });
});

it.each([
  // total  usage  wallets        applied  of it  due
  [2000, 0, [500, 0], -500, 0, 1500],
  [2000, 0, [2000, 0], -2000, 0, 0],
  [2000, 0, [5000, 900], -2000, 0, 0],
  // What is left can be charged, and what is owed isn't asked for.
  [2000, 0, [1980, 0], -1950, 0, 50],
  [2000, 0, [-20, 0], 0, 0, 2000],
  [2000, 1000, [0, 600], -600, -600, 1400],
  [1020, 1020, [0, 1000], -970, -970, 50],
  [1020, 1020, [30, 1000], -1020, -1000, 0],
  [1020, 1020, [10, 1000], -970, -970, 50],
  [50, 0, [0, 0], 0, 0, 50],
  // Too small by itself: what is owed comes with it where that is enough to be charged; else it is owed, too.
  [30, 0, [-40, 0], 40, 0, 70],
  [30, 0, [-20, 0], 20, 0, 50],
  [30, 0, [-19, 0], -30, 0, 0],
  [30, 0, [0, 0], -30, 0, 0],
  [30, 0, [20, 0], -30, 0, 0],
  [30, 0, [30, 0], -30, 0, 0],
  [30, 30, [-40, 20], 20, -20, 50],
  [30, 30, [-40, 30], -30, -30, 0],
  [0, 0, [500, 500], 0, 0, 0],
  [0, 0, [-500, 0], 0, 0, 0],
] as const)('%i asked for by hand, of it %i used, with %j', (total, usage, [billing, wallet], applied, of, due) => {
  const paid = applyByHand({ total, usage }, { billing, usage: wallet }, USD);
  expect(paid).toEqual({ applied, fromUsageWallet: of, due });
});

it.each([
  // total  usage  wallets        applied  of it  due
  [6234, 0, [0, 0], -4, 0, 6230],
  [6234, 0, [161, 0], -154, 0, 6080],
  [6234, 0, [3, 0], -4, 0, 6230],
  [6234, 0, [-300, 0], -4, 0, 6230],
  [6234, 0, [6100, 0], -6004, 0, 230],
  [6234, 0, [6234, 0], -6234, 0, 0],
  [6234, 1234, [0, 1000], -994, -994, 5240],
  [6234, 1234, [0, 3], -4, -3, 6230],
  [235, 0, [4, 0], -5, 0, 230],
  [225, 0, [-9, 0], 5, 0, 230],
  [225, 0, [-4, 0], -225, 0, 0],
] as const)(
  '%i fils asked for by hand, of it %i used, with %j',
  (total, usage, [billing, wallet], applied, of, due) => {
    const paid = applyByHand({ total, usage }, { billing, usage: wallet }, KWD);
    expect(paid).toEqual({ applied, fromUsageWallet: of, due });
  },
);

it('asks a card for nothing, or for what it takes, and for no more than the order comes to at a checkout', () => {
  const amounts = fc.tuple(fc.constantFrom('usd', 'kwd', 'jod', 'jpy', 'ugx'), fc.nat(50_000), amount, fc.nat(20_000));
  fc.assert(
    fc.property(amounts, ([currency, total, billing, usage]) => {
      const card = chargeableIn(currency);
      const wallets = { billing, usage };
      const payable = { total, usage: Math.min(usage, total) };
      const ways = [
        applyWallets(applyBalance, payable, wallets, card),
        applyByHand(payable, wallets, card),
        ...(total < card.least ? [] : [applyAtCheckout(total, billing, card)]),
      ];
      for (const { applied, due } of ways) {
        expect(due).toBe(total + applied);
        expect(due === 0 || due >= card.least).toBe(true);
        expect(due % card.step).toBe(0);
      }
      const [, byHand, atCheckout] = ways;
      if (total >= card.least) expect(byHand?.due).toBeLessThanOrEqual(total);
      if (atCheckout) expect(atCheckout.due).toBeLessThanOrEqual(total);
    }),
    { numRuns: 5000 },
  );
});
