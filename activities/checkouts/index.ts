/** The steps of a checkout in the database. Each may be tried any number of times; it is written once. */
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { deliverCheckout, expireCheckout, reopenCheckout } from './finish.ts';
import { prepareCheckout } from './prepare.ts';

export const checkoutActivities = (deps: Dependencies) =>
  bound(deps, { prepareCheckout, deliverCheckout, reopenCheckout, expireCheckout });
