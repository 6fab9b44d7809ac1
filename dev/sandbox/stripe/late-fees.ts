/** Charges whose balance transaction, and with it the fee, is said only later: while a test withholds them. */
import type { Call, Sandbox } from './call.ts';
import { unasked } from './call.ts';
import { emit } from './events.ts';
import type { Store } from './store.ts';

const FACT = 'late fees';

interface LateFees {
  readonly withheld: boolean;
  readonly waiting: readonly { readonly charge: string; readonly movement: string }[];
}

const lateFees = (store: Store): LateFees => store.fact<LateFees>(FACT) ?? { withheld: false, waiting: [] };

/** What the charge shows of its movement at first. */
export function shownAtFirst({ sandbox: { store } }: Call, charge: string, movement: string): string | null {
  const { withheld, waiting } = lateFees(store);
  if (!withheld) return movement;
  store.setFact(FACT, { withheld, waiting: [...waiting, { charge, movement }] } satisfies LateFees);
  return null;
}

/** Withholds fees from now on, or no longer: then those that wait are shown, and told of. */
export function withholdFees(sandbox: Sandbox, withheld: boolean): void {
  const { store, webhooks } = sandbox;
  store.transaction(() => {
    const { waiting } = lateFees(store);
    store.setFact(FACT, { withheld, waiting: withheld ? waiting : [] } satisfies LateFees);
    for (const { charge: id, movement } of withheld ? [] : waiting) {
      const charge = store.find('charge', id);
      if (!charge) continue;
      const shown = store.put('charge', { ...charge, balance_transaction: movement });
      emit(unasked(sandbox), 'charge.updated', shown, charge);
    }
  });
  webhooks.wake();
}
