import fc from 'fast-check';
import { currencyOf } from '../../billing/countries.ts';
import { minimumCharge } from '../../billing/minimum-charge.ts';
import { LARGEST_CHARGE } from '../../billing/money.ts';
import {
  amountOf,
  type CustomPrice,
  currencyFor,
  leastAmount,
  limitsOf,
  type PriceTerms,
  presetQuantity,
  refusalOfPrice,
  refusalOfQuantity,
  type SeatPrice,
} from '../../billing/prices.ts';
import type { Tier } from '../../billing/tiers.ts';
import { Currency } from '../../schemas/currency.ts';

const free: PriceTerms = { kind: 'free' };
const fixed = (amount: number): PriceTerms => ({ kind: 'fixed', amount });
const custom = (minimum: number, maximum: number | null = null, preset: number | null = null): CustomPrice => ({
  ...{ kind: 'custom', minimum, maximum, preset },
});
const tier = (from: number, upTo: number | null, each: number): Tier => ({ from, upTo, each });
const seats = (mode: SeatPrice['mode'], ...tiers: readonly Tier[]): SeatPrice => ({
  kind: 'seat_based',
  unit: null,
  mode,
  tiers,
});
const volume = seats('volume', tier(1, 10, 1000), tier(11, null, 800));
const graduated = seats('graduated', tier(1, 10, 1000), tier(11, null, 800));
const team = seats('volume', tier(3, 20, 1000), tier(21, 50, 900));

describe('what a price comes to', () => {
  it.each([
    // price, amount, seats, comes to
    [free, null, null, 0],
    [free, 5000, 7, 0],
    [fixed(2000), null, null, 2000],
    [fixed(2000), 5000, 7, 2000],
    [custom(500), 700, null, 700],
    [custom(500), null, null, 500],
    [custom(500, null, 900), null, null, 900],
    [custom(0), null, null, 0],
    [custom(0, null, 0), 1500, 7, 1500],
    [volume, null, 1, 1000],
    [volume, 5000, 1, 1000],
    [volume, null, 10, 10_000],
    [volume, null, 11, 8_800],
    [volume, null, 14, 11_200],
    [graduated, null, 10, 10_000],
    [graduated, null, 11, 10_800],
    [graduated, null, 14, 13_200],
    [volume, null, 1000, 800_000],
    [graduated, null, 1000, 802_000],
    [volume, null, null, 1000],
    [team, null, null, 3000],
    [team, null, 20, 20_000],
    [team, null, 21, 18_900],
    [seats('graduated', tier(1, 1, 0), tier(2, null, 900)), null, 1, 0],
    [seats('graduated', tier(1, 1, 0), tier(2, null, 900)), null, 3, 1800],
  ] as const)('%j with amount %j and seats %j: %i', (price, amount, count, expected) => {
    expect(amountOf(price, { amount, seats: count })).toBe(expected);
  });
});

describe('what a checkout begins with', () => {
  it.each([
    [free, null, null, null, null],
    [fixed(2000), null, null, null, null],
    [custom(500), null, null, 500, null],
    [custom(500, 9000, 900), null, null, 900, null],
    [custom(0, null, 0), null, null, 0, null],
    [volume, null, null, null, 1],
    [team, null, null, null, 3],
    [team, 5, null, null, 5],
    [team, 1, 30, null, 3],
  ] as const)('%j, at least %j and at most %j: %j, %j', (price, least, most, amount, count) => {
    expect(presetQuantity(price, { least, most })).toEqual({ amount, seats: count });
  });
});

describe('limits', () => {
  it.each([
    [custom(500, 9000), null, null, 500, 9000],
    [custom(0), null, null, 0, LARGEST_CHARGE],
    [volume, null, null, 1, 1000],
    [team, null, null, 3, 50],
    [team, 5, 10, 5, 10],
    [team, 1, 80, 3, 50],
    [volume, null, 5000, 1, 1000],
  ] as const)('%j, at least %j and at most %j: %i to %i', (price, least, most, lowest, highest) => {
    expect(limitsOf(price, { least, most })).toEqual({ least: lowest, most: highest });
  });
});

describe('what can be bought', () => {
  it.each([
    // price, currency, amount, seats; null: it can
    [free, 'usd', 5, 5, null],
    [fixed(2000), 'usd', 5, 5, null],
    [custom(500, 9000), 'usd', 500, null, null],
    [custom(500, 9000), 'usd', 9000, null, null],
    [custom(500, 9000), 'usd', 499, null, /least that can be paid is 5.00 USD/],
    [custom(500, 9000), 'usd', 9001, null, /most that can be paid is 90.00 USD/],
    [custom(500, 9000), 'usd', 0, null, /least that can be paid is 5.00 USD/],
    [custom(0), 'usd', 0, null, null],
    [custom(0), 'usd', 1, null, /is 0.50 USD/],
    [custom(0), 'usd', 49, null, /is 0.50 USD/],
    [custom(0), 'usd', 50, null, null],
    [custom(0), 'usd', LARGEST_CHARGE, null, null],
    [custom(0), 'usd', LARGEST_CHARGE + 1, null, /most that can be paid/],
    [custom(0), 'jpy', 49, null, /is 50 JPY/],
    [custom(0), 'jpy', 50, null, null],
    [custom(0), 'kwd', 229, null, /is 0.230 KWD/],
    [custom(0), 'kwd', 230, null, null],
    [custom(0), 'kwd', 235, null, /comes to 0.235 KWD; cards take KWD with two decimals only/],
    [custom(0), 'kwd', 99_999_990, null, null],
    [custom(0), 'tnd', 2199, null, /is 2.200 TND/],
    [custom(0), 'czk', 1499, null, /is 15.00 CZK/],
    [volume, 'usd', null, 1, null],
    [volume, 'usd', null, 1000, null],
    [volume, 'usd', null, 1001, /At most 1000 seats/],
    [team, 'usd', null, 2, /At least 3 seats/],
    [team, 'usd', null, 3, null],
    [team, 'usd', null, 50, null],
    [team, 'usd', null, 51, /At most 50 seats/],
    [seats('volume', tier(1, null, 10)), 'usd', null, 4, /comes to 0.40 USD/],
    [seats('volume', tier(1, null, 10)), 'usd', null, 5, null],
    [seats('volume', tier(1, null, 5_000_000)), 'usd', null, 20, /most that can be charged/],
    [seats('volume', tier(1, 10, 30), tier(11, null, 3)), 'jpy', null, 11, /comes to 33 JPY/],
    [seats('graduated', tier(1, 10, 1500), tier(11, null, 1200)), 'kwd', null, 14, null],
  ] as const)('%j in %s, amount %j, seats %j: %s', (price, currency, amount, count, refused) => {
    const wrong = refusalOfQuantity(price, currency, { amount, seats: count });
    if (refused === null) expect(wrong).toBeNull();
    else expect(wrong?.reason).toMatch(refused);
  });

  it.each([
    [volume, { least: 5, most: null }, 4, /At least 5 seats/],
    [volume, { least: null, most: 1 }, 2, /At most 1 seat can/],
    [team, { least: 60, most: null }, 60, /both 60 or more and 50 or less/],
  ] as const)('%j within %j, seats %i: %s', (price, limits, count, refused) => {
    const wrong = refusalOfQuantity(price, 'usd', { amount: null, seats: count }, limits);
    expect(wrong).toMatchObject({ field: 'seats', reason: expect.stringMatching(refused) });
  });
});

describe('what can be a price', () => {
  it.each([
    [free, 'usd', null],
    [fixed(50), 'usd', null],
    [fixed(49), 'usd', 'amount'],
    [fixed(30), 'gbp', null],
    [fixed(229), 'kwd', 'amount'],
    [fixed(230), 'kwd', null],
    [fixed(5125), 'kwd', 'amount'],
    [fixed(5125), 'bhd', 'amount'],
    [fixed(5125), 'jpy', null],
    [custom(0), 'kwd', null],
    [custom(1005), 'kwd', 'minimum'],
    [custom(1000, 2005), 'kwd', 'maximum'],
    [custom(1000, 2000, 1505), 'kwd', 'preset'],
    [seats('volume', tier(1, 10, 1000), tier(11, null, 995)), 'kwd', 'tiers'],
    [seats('volume', tier(1, 10, 1000), tier(11, null, 990)), 'kwd', null],
    [fixed(49), 'jpy', 'amount'],
    [custom(0), 'usd', null],
    [custom(50, 50, 50), 'usd', null],
    [custom(49), 'usd', 'minimum'],
    [custom(500, 499), 'usd', 'maximum'],
    [custom(0, 49), 'usd', 'maximum'],
    [custom(500, 9000, 499), 'usd', 'preset'],
    [custom(500, 9000, 0), 'usd', 'preset'],
    [custom(500, 9000, 9001), 'usd', 'preset'],
    [custom(0, null, 0), 'usd', null],
    [custom(0, null, 49), 'usd', 'preset'],
    [volume, 'usd', null],
    [team, 'jpy', null],
    [seats('volume'), 'usd', 'tiers'],
    [seats('volume', tier(1, 10, 1000), tier(12, null, 800)), 'usd', 'tiers'],
    [seats('volume', tier(1, 10, 1000), tier(11, 1001, 800)), 'usd', 'tiers'],
    [seats('volume', tier(1001, null, 1000)), 'usd', 'tiers'],
    [seats('volume', tier(1, 1000, 1000)), 'usd', null],
    [seats('volume', tier(1, null, 10)), 'usd', 'tiers'],
    [seats('volume', tier(5, null, 10)), 'usd', null],
    [seats('volume', tier(1, null, 0)), 'usd', null],
  ] as const)('%j in %s: wrong in %j', (price, currency, field) => {
    expect(refusalOfPrice(price, currency)?.field ?? null).toBe(field);
  });
});

describe('the currency', () => {
  it.each([
    [['usd', 'eur'], 'DE', 'usd', 'eur'],
    [['usd', 'eur'], 'de', 'usd', 'eur'],
    [['usd', 'eur'], 'JP', 'usd', 'usd'],
    [['jpy', 'eur'], 'JP', 'usd', 'jpy'],
    [['eur', 'usd'], null, 'usd', 'usd'],
    [['eur', 'gbp'], 'US', 'usd', 'eur'],
    [['gbp', 'eur'], 'US', 'chf', 'gbp'],
    [['usd', 'kwd'], 'KW', 'usd', 'kwd'],
    [['usd'], 'DE', 'eur', 'usd'],
    [['usd', 'eur'], 'AQ', 'eur', 'eur'],
    [[], 'DE', 'usd', null],
  ] as const)('of %j for %j with %s: %j', (offered, country, fallback, expected) => {
    expect(currencyFor({ offered, country, fallback })).toBe(expected);
  });

  it('is one for each country', () => {
    expect([currencyOf('FR'), currencyOf('CH'), currencyOf('GB'), currencyOf('AQ')]).toEqual([
      'eur',
      'chf',
      'gbp',
      null,
    ]);
  });

  it('is one that some product can be sold in, or one that is chosen by nobody', () => {
    const known: readonly string[] = Currency.options;
    const countries = ['US', 'DE', 'JP', 'BR', 'IN', 'ZA', 'NO', 'PL', 'AE', 'KR', 'VN', 'CL'];
    expect(countries.filter((country) => !known.includes(currencyOf(country) ?? ''))).toEqual([]);
  });
});

describe('always', () => {
  const currency = fc.constantFrom('usd', 'jpy', 'kwd', 'czk', 'gbp');
  const customs = fc
    .tuple(
      fc.integer({ min: 0, max: 20_000 }),
      fc.option(fc.integer({ min: 1, max: 200_000 })),
      fc.option(fc.nat(200_000)),
    )
    .map(([minimum, maximum, preset]) => custom(minimum, maximum, preset));
  const seatPrices = fc
    .tuple(
      fc.constantFrom('volume' as const, 'graduated' as const),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.nat(50_000)), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 20 }),
    )
    .map(([mode, steps, first]) => {
      let from = first;
      const tiers = steps.map(([width, each], index) => {
        const made = tier(from, index === steps.length - 1 ? null : from + width - 1, each);
        from += width;
        return made;
      });
      return seats(mode, ...tiers);
    });
  const prices = fc.oneof(fc.nat(100_000).map(fixed), customs, seatPrices);

  it('a price that is allowed can be bought as it begins, unless that is more than can be charged', () => {
    fc.assert(
      fc.property(prices, currency, (price, code) => {
        fc.pre(refusalOfPrice(price, code) === null);
        expect(refusalOfQuantity(price, code, presetQuantity(price))).toBeNull();
      }),
      { numRuns: 3000 },
    );
  });

  it('what can be bought is free or can be charged', () => {
    const quantities = fc.record({
      amount: fc.option(fc.nat(300_000)),
      seats: fc.option(fc.integer({ min: 1, max: 1200 })),
    });
    fc.assert(
      fc.property(prices, currency, quantities, (price, code, quantity) => {
        fc.pre(refusalOfPrice(price, code) === null && refusalOfQuantity(price, code, quantity) === null);
        const amount = amountOf(price, quantity);
        expect(amount === 0 || (amount >= minimumCharge(code) && amount <= LARGEST_CHARGE)).toBe(true);
        expect(Number.isSafeInteger(amount)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('nothing that can be bought of a custom price comes to less than the least', () => {
    fc.assert(
      fc.property(customs, fc.nat(300_000), (price, amount) => {
        fc.pre(refusalOfQuantity(price, 'usd', { amount, seats: null }) === null);
        expect(amountOf(price, { amount, seats: null })).toBeGreaterThanOrEqual(leastAmount(price));
      }),
    );
  });

  it('the currency is one of those offered', () => {
    const codes = fc.uniqueArray(fc.constantFrom('usd', 'eur', 'jpy', 'gbp', 'kwd'), { minLength: 1 });
    const countries = fc.option(fc.constantFrom('US', 'DE', 'JP', 'GB', 'KW', 'AQ', 'XX'));
    fc.assert(
      fc.property(codes, countries, fc.constantFrom('usd', 'eur', 'chf'), (offered, country, fallback) => {
        expect(offered).toContain(currencyFor({ offered, country, fallback }));
      }),
    );
  });
});
