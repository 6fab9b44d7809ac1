import fc from 'fast-check';
import { quantityLimits, refusalOfTiers, type Tier, tieredAmount } from '../../billing/tiers.ts';

const tier = (from: number, upTo: number | null, each: number): Tier => ({ from, upTo, each });
const two = [tier(1, 10, 1000), tier(11, null, 800)];
const three = [tier(1, 5, 1200), tier(6, 20, 1000), tier(21, 100, 700)];

describe('tiered amounts', () => {
  it.each([
    ['volume', two, 14, 11_200],
    ['graduated', two, 14, 13_200],
    ['volume', two, 10, 10_000],
    ['graduated', two, 10, 10_000],
    ['volume', two, 11, 8_800],
    ['graduated', two, 11, 10_800],
    ['volume', two, 1, 1_000],
    ['graduated', two, 1, 1_000],
    ['volume', two, 0, 0],
    ['graduated', two, 0, 0],
    ['volume', two, 1000, 800_000],
    ['graduated', two, 1000, 802_000],
    ['volume', three, 5, 6_000],
    ['volume', three, 6, 6_000],
    ['volume', three, 20, 20_000],
    ['volume', three, 21, 14_700],
    ['graduated', three, 5, 6_000],
    ['graduated', three, 6, 7_000],
    ['graduated', three, 20, 21_000],
    ['graduated', three, 21, 21_700],
    ['graduated', three, 100, 77_000],
    ['volume', [tier(3, null, 500)], 3, 1_500],
    ['graduated', [tier(3, null, 500)], 3, 1_500],
    ['graduated', [tier(3, 5, 500), tier(6, null, 100)], 7, 2_700],
    ['graduated', [tier(1, 1, 0), tier(2, null, 900)], 3, 1_800],
  ] as const)('%s %j, %i: %i', (mode, tiers, quantity, expected) => {
    expect(tieredAmount({ mode, tiers }, quantity)).toBe(expected);
  });

  /** Tiers without gaps, as refusalOfTiers wants them. */
  const tiers = fc
    .array(fc.record({ width: fc.integer({ min: 1, max: 50 }), each: fc.integer({ min: 0, max: 100_000 }) }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((steps) => {
      let from = 1;
      return steps.map(({ width, each }, index) => {
        const made = tier(from, index === steps.length - 1 ? null : from + width - 1, each);
        from += width;
        return made;
      });
    });

  it('graduated: one seat more costs its own tier’s rate', () => {
    fc.assert(
      fc.property(tiers, fc.integer({ min: 0, max: 999 }), (given, quantity) => {
        const more = tieredAmount({ mode: 'graduated', tiers: given }, quantity + 1);
        const rate = given.findLast(({ from }) => from <= quantity + 1)?.each;
        expect(more - tieredAmount({ mode: 'graduated', tiers: given }, quantity)).toBe(rate);
      }),
      { numRuns: 2000 },
    );
  });

  it('are the same in both modes within the first tier', () => {
    fc.assert(
      fc.property(tiers, fc.integer({ min: 1, max: 50 }), (given, quantity) => {
        fc.pre(quantity <= (given[0]?.upTo ?? 1000));
        expect(tieredAmount({ mode: 'volume', tiers: given }, quantity)).toBe(
          tieredAmount({ mode: 'graduated', tiers: given }, quantity),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('made without gaps are never refused', () => {
    fc.assert(fc.property(tiers, (given) => expect(refusalOfTiers(given)).toBeNull()));
  });
});

it.each([
  [[], /at least one/],
  [[tier(5, 3, 100)], /Tier 1 ends before it begins/],
  [[tier(1, null, 100), tier(11, null, 80)], /Only the last tier has no end/],
  [[tier(1, 10, 100), tier(12, null, 80)], /Tier 2 must begin at 11/],
  [[tier(1, 10, 100), tier(10, null, 80)], /Tier 2 must begin at 11/],
] as const)('%j is refused', (tiers, why) => expect(refusalOfTiers(tiers)).toMatch(why));

it.each([
  [two, { least: 1, most: 1000 }],
  [three, { least: 1, most: 100 }],
  [[tier(3, null, 500)], { least: 3, most: 1000 }],
])('%j: from %j', (tiers, limits) => expect(quantityLimits(tiers)).toEqual(limits));
