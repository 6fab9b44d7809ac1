/** What orders come to that have prorated lines. */
import { type Line, totalsOf } from '../../billing/orders.ts';

const line = (amount: number, proration = false): Line => ({ label: 'A line', amount, priceId: null, proration });

it.each([
  // whole  prorated    discount  taken  total
  [2000, [], 500, 500, 1500],
  [2000, [], 5000, 2000, 0],
  [2000, [-500, 1000], 1000, 1000, 1500],
  // What is given back is not lost to the discount.
  [2000, [-1500], 1000, 1000, -500],
  [2000, [-3000], 2000, 2000, -3000],
  // Nor does a discount take anything off what is prorated.
  [0, [1000], 500, 0, 1000],
  [0, [-1000, 500], 500, 0, -500],
])('%i with prorated %j and a discount of %i: %i off, %i', (whole, prorated, discount, taken, total) => {
  const lines = [...(whole === 0 ? [] : [line(whole)]), ...prorated.map((amount) => line(amount, true))];
  expect(totalsOf(lines, { discount, tax: 0 })).toMatchObject({ discount: taken, total });
});
