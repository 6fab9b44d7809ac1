/** A trial that the buyer can't have is taken off the checkout, which goes on without it. */
import { TRIAL_HAD } from '../../billing/trials.ts';
import { showBalance } from '../../db/checkout-balance.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Dependencies } from '../dependencies.ts';
import { releaseBalance } from './balance.ts';
import { giveBack } from './redeem.ts';
import { tellCheckout } from './tell.ts';

/** Open again, at its price: what is due now has to be seen by the buyer, who presses Pay for it. */
export async function takeTrialOff(
  deps: Dependencies,
  em: EntityManager,
  checkout: CheckoutRow,
  at: Date,
): Promise<void> {
  await releaseBalance(em, checkout, at);
  Object.assign(checkout, {
    status: 'open' as const,
    allowTrial: false,
    attemptTrial: null,
    failure: TRIAL_HAD,
    intentId: null,
    intentClientSecret: null,
    intentStatus: null,
    modifiedAt: at,
  });
  await showBalance(em, checkout);
  await giveBack(em, checkout);
  await tellCheckout(deps, em, checkout, at, 'checkout.updated');
}
