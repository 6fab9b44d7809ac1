/** What a number of seats or units costs where the price of one depends on how many there are. Minor units. */

export interface Tier {
  /** The first number that it is for; the first tier's is the least that can be bought. */
  readonly from: number;
  /** The last; null: without end. */
  readonly upTo: number | null;
  readonly each: number;
}

export interface TieredPrice {
  /** All at the rate of the tier reached, or each range at its own rate. */
  readonly mode: 'volume' | 'graduated';
  readonly tiers: readonly Tier[];
}

export const MOST_SEATS = 1000;

/**
 * Tiers 1–10 at $10, 11 and more at $8, 14 seats: volume $112, graduated $132. Below the first tier a graduated price
 * counts from the first seat, so that the least quantity pays for all of itself.
 */
export function tieredAmount({ mode, tiers }: TieredPrice, quantity: number): number {
  const reached = tierFor(tiers, quantity);
  if (mode === 'volume') return quantity * reached.each;
  return tiers.reduce((sum, tier, index) => {
    const before = index === 0 ? 0 : tier.from - 1;
    const within = Math.min(quantity, tier.upTo ?? quantity) - before;
    return sum + Math.max(0, within) * tier.each;
  }, 0);
}

/** The tier that a quantity reaches; the last one for more than it is for. */
function tierFor(tiers: readonly Tier[], quantity: number): Tier {
  const reached = tiers.findLast(({ from }) => from <= quantity) ?? tiers[0];
  if (reached === undefined) throw new RangeError('A tiered price has at least one tier.');
  return reached;
}

/** Why these tiers make no price; null where they do. */
export function refusalOfTiers(tiers: readonly Tier[]): string | null {
  if (tiers.length === 0) return 'There must be at least one tier.';
  for (const [index, { from, upTo }] of tiers.entries()) {
    const next = tiers[index + 1];
    if (upTo !== null && upTo < from) return `Tier ${index + 1} ends before it begins.`;
    if (next === undefined) continue;
    if (upTo === null) return `Only the last tier has no end; tier ${index + 1} has none.`;
    if (next.from !== upTo + 1) return `Tier ${index + 2} must begin at ${upTo + 1}, right after tier ${index + 1}.`;
  }
  return null;
}

/** The least and the most that can be bought. */
export function quantityLimits(tiers: readonly Tier[]): { readonly least: number; readonly most: number } {
  return { least: tiers[0]?.from ?? 1, most: tiers.at(-1)?.upTo ?? MOST_SEATS };
}
