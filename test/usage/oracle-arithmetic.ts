/** Sums that a merchant does by hand: dates of a calendar, shares of an amount. Written again from the rules. */

export const DAY = 86_400_000;
export const MINUTE = 60_000;

/** The same day of a later month, or its last one. Instants in ms since 1970, UTC. */
export function monthsAfter(at: number, months: number): number {
  const from = new Date(at);
  const there = new Date(at);
  there.setUTCDate(1);
  there.setUTCMonth(from.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1, 0)).getUTCDate();
  there.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return there.getTime();
}

/** Halves away from zero. */
export function share(amount: number, of: number, whole: number): number {
  const exact = (Math.abs(amount) * of) / whole;
  const [below, beyond] = [Math.floor(exact), exact - Math.floor(exact)];
  // Halves are found in whole numbers: a quotient is not exact.
  const isHalf = 2n * BigInt(Math.abs(amount)) * BigInt(of) === (2n * BigInt(below) + 1n) * BigInt(whole);
  return Math.sign(amount) * (isHalf || beyond > 0.5 ? below + 1 : below) + 0;
}

/** What each of some amounts is left of, when so much is taken off them all in proportion; cents to the largest remainders. */
export function lessDiscount(amounts: readonly number[], discount: number): number[] {
  const whole = amounts.reduce((sum, amount) => sum + amount, 0);
  if (whole === 0) return [...amounts];
  const off = amounts.map((amount) => Math.floor((discount * amount) / whole));
  const remainders = amounts.map((amount, i) => ({ i, left: (discount * amount) % whole }));
  const missing = discount - off.reduce((sum, each) => sum + each, 0);
  for (const { i } of remainders.sort((a, b) => b.left - a.left || a.i - b.i).slice(0, missing))
    off[i] = (off[i] ?? 0) + 1;
  return amounts.map((amount, i) => amount - (off[i] ?? 0));
}

export const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);

/** Months don't run while nothing is billed: as many of a discount are left as there were. */
export function movedBy(firstUsed: number, stopped: number, resumed: number): number {
  let months = 0;
  while (monthsAfter(firstUsed, months + 1) <= stopped) months += 1;
  return monthsAfter(resumed - (stopped - monthsAfter(firstUsed, months)), -months);
}
