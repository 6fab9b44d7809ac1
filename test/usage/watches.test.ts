/** When a look at somebody's usage is called for, in the numbers that their accounts hold. */
import { NOTHING, type Tally } from '../../billing/aggregations.ts';
import { watchesOf } from '../../usage/watches.ts';

const band = { from: '800', below: '500' };
const tally = (count: number, sum: number, max = 0): Tally => ({ count, sum: String(sum), min: '0', max: String(max) });

it('a sum is waited for under the last name, less what came in under the other', () => {
  expect(watchesOf('sum', [tally(3, 600)], band)).toEqual([{ on: 'sum', from: '800', below: '500' }]);
  expect(watchesOf('sum', [tally(3, 600), NOTHING], band)).toEqual([
    { on: 'count', from: '4', below: '3' },
    { on: 'sum', from: '200', below: '-100' },
  ]);
  expect(watchesOf('count', [tally(1, 9), tally(599, 9)], { from: '800', below: null })).toEqual([
    { on: 'count', from: '2', below: '1' },
    { on: 'count', from: '799', below: null },
  ]);
});

it('unique values are waited for as a count while they came in under one name', () => {
  expect(watchesOf('unique', [NOTHING, tally(600, 0)], band).at(-1)).toEqual({ on: 'count', ...band });
  expect(watchesOf('unique', [tally(1, 0), tally(600, 0)], band).at(-1)).toEqual({
    ...{ on: 'count', from: '601', below: '600' },
  });
});

it('a maximum is not waited for to fall, and what goes anywhere is looked at with each event', () => {
  expect(watchesOf('max', [NOTHING, tally(2, 0, 600)], band).at(-1)).toEqual({ on: 'max', from: '800', below: null });
  for (const func of ['min', 'avg'] as const) {
    expect(watchesOf(func, [NOTHING, tally(2, 9)], band).at(-1)).toEqual({ on: 'count', from: '3', below: '2' });
  }
});
