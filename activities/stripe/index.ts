/** All that is asked of the card processor. */
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { keepCard, readCardSetup, setUpCard } from './card-setup.ts';
import { charge, findCharge } from './charge.ts';
import { cancelIntent, confirmIntent, findIntent, readIntent } from './checkout-intents.ts';
import { cancelPresentCharge, chargePresent, findPresentCharge, readPresentCharge } from './present-charge.ts';

export const stripeActivities = (deps: Dependencies) =>
  bound(deps, {
    charge,
    findCharge,
    chargePresent,
    findPresentCharge,
    readPresentCharge,
    cancelPresentCharge,
    confirmIntent,
    findIntent,
    readIntent,
    cancelIntent,
    setUpCard,
    readCardSetup,
    keepCard,
  });
