/** Money in integer minor units, the currency's own number of decimals, and splitting without loss. */

/** An amount in minor units of an ISO 4217 currency in lower case. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Currencies without, or with other than two, decimals among those the processor takes (ISO 4217). */
const DECIMALS: Readonly<Record<string, number>> = {
  bif: 0,
  clp: 0,
  djf: 0,
  gnf: 0,
  isk: 0,
  jpy: 0,
  kmf: 0,
  krw: 0,
  mga: 0,
  pyg: 0,
  rwf: 0,
  ugx: 0,
  vnd: 0,
  vuv: 0,
  xaf: 0,
  xof: 0,
  xpf: 0,
  bhd: 3,
  jod: 3,
  kwd: 3,
  omr: 3,
  tnd: 3,
};

export function decimalsOf(currency: string): number {
  return DECIMALS[currency.toLowerCase()] ?? 2;
}

/** For people: "10.50 USD". */
export function written(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return `${(amount / 10 ** decimals).toFixed(decimals)} ${currency.toUpperCase()}`;
}

/** The most that can be charged at once, as the processor counts it: 999,999.99 of a currency with cents. */
export const LARGEST_CHARGE = 99_999_999;

/** `amount × numerator / denominator`, exactly, rounded once: halves away from zero. The two are not negative. */
export function portion(amount: number, numerator: number, denominator: number): number {
  const exact = BigInt(Math.abs(amount)) * BigInt(numerator);
  const divisor = BigInt(denominator);
  const rounded = (2n * exact + divisor) / (2n * divisor);
  return Math.sign(amount) * Number(rounded) + 0;
}

/**
 * Divides an amount over parts in proportion to their weights (none negative). The parts are whole and sum to the
 * amount: what rounding leaves goes to the largest remainders, the first of equals first.
 */
export function split(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return weights.map((_, index) => (index === 0 ? amount : 0));
  const sign = Math.sign(amount) || 1;
  const whole = BigInt(Math.abs(amount));
  const exact = weights.map((weight) => whole * BigInt(weight));
  const parts = exact.map((share) => share / BigInt(total));
  let left = Number(whole - parts.reduce((sum, part) => sum + part, 0n));
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share % BigInt(total) }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder) {
    if (left === 0) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1;
  }
  return parts.map((part) => sign * Number(part) + 0);
}
