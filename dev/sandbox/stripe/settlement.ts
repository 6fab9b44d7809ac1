/** In which currency the account settles: while a test says so, charges in others are turned into it. */
import type { Call } from './call.ts';
import type { Store } from './store.ts';

const FACT = 'settlement';

export interface Settlement {
  /** As Stripe writes it, lower case. */
  readonly currency: string;
  /** By a charge's currency, what one of its smallest units is worth in the smallest of this one. */
  readonly rates: Readonly<Record<string, number>>;
}

export const settleIn = (store: Store, settlement: Settlement | null): void => store.setFact(FACT, settlement);

export interface Settled {
  readonly amount: number;
  readonly currency: string;
  readonly exchange_rate: number | null;
}

/** A currency without a rate is settled in itself. */
export function settled({ sandbox: { store } }: Call, amount: number, currency: string): Settled {
  const settlement = store.fact<Settlement | null>(FACT);
  const rate = settlement?.rates[currency];
  if (!settlement || rate === undefined || settlement.currency === currency) {
    return { amount, currency, exchange_rate: null };
  }
  return { amount: Math.round(amount * rate), currency: settlement.currency, exchange_rate: rate };
}
