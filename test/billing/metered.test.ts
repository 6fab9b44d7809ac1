import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Aggregation,
  contributionOf,
  NOTHING,
  type Tally,
  Tallying,
  together,
  unitsOf,
} from '../../billing/aggregations.ts';
import type { FilteredEvent } from '../../billing/event-filters.ts';
import { billableUnits, LARGEST_USAGE, meteredAmount } from '../../billing/metered.ts';
import { portion } from '../../billing/money.ts';
import { refusalOfCharge } from '../../billing/processor-amounts.ts';

const tallyOf = (values: readonly number[]): Tally => {
  const tallying = new Tallying();
  for (const value of values) tallying.add(value);
  return tallying.tally;
};

const event = (metadata: Record<string, unknown>): FilteredEvent => ({
  name: 'call',
  source: 'user',
  timestamp: 0,
  metadata,
});

describe('what an event contributes', () => {
  it.each<[Aggregation, Record<string, unknown>, number | string | null]>([
    [{ func: 'count' }, {}, 1],
    [{ func: 'sum', property: 'tokens' }, { tokens: 5 }, 5],
    [{ func: 'sum', property: 'tokens' }, { tokens: '5' }, null],
    [{ func: 'sum', property: 'tokens' }, {}, null],
    [{ func: 'max', property: '_llm.total' }, { _llm: { total: 9 } }, 9],
    [{ func: 'unique', property: 'user' }, { user: 'ann' }, 'sann'],
    [{ func: 'unique', property: 'user' }, { user: 1 }, 'v1'],
    [{ func: 'unique', property: 'user' }, { user: '1' }, 's1'],
    [{ func: 'unique', property: 'user' }, { user: true }, 'vtrue'],
    [{ func: 'unique', property: 'user' }, { user: { id: 1 } }, null],
    [{ func: 'unique', property: 'name' }, {}, 'scall'],
  ])('%j of %j: %s', (aggregation, metadata, expected) => {
    expect(contributionOf(aggregation, event(metadata))).toBe(expected);
  });
});

describe('units', () => {
  it.each<[Aggregation['func'], number[], string]>([
    ['count', [], '0'],
    ['count', [1, 1, 1], '3'],
    ['sum', [], '0'],
    ['sum', [0.1, 0.2], '0.3'],
    ['sum', [-5, 2], '-3'],
    ['sum', [9007199254740991, 9007199254740991], '18014398509481982'],
    ['sum', [9007199254740991, 0.5], '9007199254740991.5'],
    ['sum', [1e-7, 2e-7], '0.0000003'],
    ['sum', [1e21, 1], '1000000000000000000001'],
    ['min', [], '0'],
    ['min', [3, -1, 2], '-1'],
    ['max', [], '0'],
    ['max', [-3, -1, -2], '-1'],
    ['avg', [], '0'],
    ['avg', [1, 2], '1.5'],
    ['avg', [1, 0, 0], '0.333333333333'],
    ['avg', [2, 0, 0], '0.666666666667'],
  ])('%s of %j: %s', (func, values, expected) => {
    expect(unitsOf(func, tallyOf(values))).toBe(expected);
  });

  it('are the same however the events are divided', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }));
    fc.assert(
      fc.property(fc.array(number, { maxLength: 40 }), fc.nat(40), (values, at) => {
        const whole = tallyOf(values);
        expect(together(tallyOf(values.slice(0, at)), tallyOf(values.slice(at)))).toEqual(whole);
        expect(together(NOTHING, whole)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what usage costs', () => {
  it.each([
    // unit amount, cap, consumed, credited, minor units
    ['0.02', null, '150000', '100000', 1000], // $0.20 per 1,000: 50,000 × 0.02 ¢
    ['0.0075', null, '1000000', '0', 7500],
    ['0.0075', null, '66', '0', 0], // 0.495
    ['0.0075', null, '67', '0', 1], // 0.5025
    ['0.5', null, '1', '0', 1], // half away from zero
    ['0.5', null, '3', '0', 2],
    ['0.000000000001', null, '1000000000000', '0', 1],
    ['0.000000000001', null, '499999999999', '0', 0],
    ['10', null, '5', '5', 0],
    ['10', null, '5', '9', 0],
    ['10', 25, '5', '0', 25],
    ['10', 50, '5', '0', 50],
    ['10', 0, '5', '0', 0],
    ['1', null, '-3', '0', 0],
    ['99999.999999999999', null, '3', '0', 300000],
    ['0.1', null, '0.3', '0', 0],
    ['3', null, '0.5', '0', 2], // 1.5
    ['1', null, '999999999998.5', '0', 999_999_999_999],
    ['1', null, '1000000000000', '0', 999_999_999_999], // no more than a line has room for
    ['99999', null, '100000000000000', '0', 999_999_999_999],
    ['99999', 50, '100000000000000', '0', 50],
  ] as const)('%s a unit, capped at %s: %s used, %s credited: %i', (unitAmount, cap, consumed, credited, expected) => {
    expect(meteredAmount({ unitAmount, cap }, consumed, credited)).toBe(expected);
  });

  it('is bounded only where not even a ten-thousandth of it could be charged, and what is billed together stays exact', () => {
    const leastKept = LARGEST_USAGE - portion(LARGEST_USAGE, 9_999, 10_000);
    expect(refusalOfCharge(leastKept, 'usd')?.reason).toBe('amount_too_large');
    expect(Number.isSafeInteger(LARGEST_USAGE * 9_000)).toBe(true);
  });

  it('is never below 0, and never above the cap', () => {
    const units = fc.integer({ min: -1000, max: 1_000_000 }).map(String);
    fc.assert(
      fc.property(units, units, fc.nat(10_000), (consumed, credited, cap) => {
        const amount = meteredAmount({ unitAmount: '0.123456789012', cap }, consumed, credited);
        expect(amount).toBeGreaterThanOrEqual(0);
        expect(amount).toBeLessThanOrEqual(cap);
        expect(Number(billableUnits(consumed, credited))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });
});
