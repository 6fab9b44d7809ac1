/** What the platform keeps of a payment. */
import { decimalsOf, portion } from './money.ts';

/** 5 % and 50 cents on the total with tax, and 1.5 % more where the card comes from another country. */
const PLAN = { basisPoints: 500, fixedInHundredths: 50, internationalBasisPoints: 150 } as const;

/**
 * The platform's fee in minor units, never above the total. $37.50 with an international card: $2.38 + $0.56 = $2.94.
 * The fixed part is half a unit of the currency.
 */
export function platformFee(total: number, currency: string, isInternationalCard: boolean): number {
  if (total <= 0) return 0;
  // In ten-thousandths of a minor unit, so that half a yen is whole too.
  const fixed = PLAN.fixedInHundredths * 10 ** (decimalsOf(currency) + 2);
  const base = portion(total * PLAN.basisPoints + fixed, 1, 10_000);
  const international = isInternationalCard ? portion(total, PLAN.internationalBasisPoints, 10_000) : 0;
  return Math.min(total, base + international);
}
