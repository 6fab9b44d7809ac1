/** What a card can be asked for in a currency. In minor units. */
import { minimumCharge } from './minimum-charge.ts';
import { stepOf } from './processor-amounts.ts';

export interface Chargeable {
  /** Nothing less, but for nothing at all; in steps itself. */
  readonly least: number;
  /** In which amounts come: 10 of a currency with three decimals, of which cards take two. */
  readonly step: number;
}

export const chargeableIn = (currency: string): Chargeable => ({
  least: minimumCharge(currency),
  step: stepOf(currency),
});

/** What of a sum can be asked for; a balance keeps the rest. */
export const inSteps = (sum: number, { step }: Chargeable): number => sum - (sum % step);
