/** The steps of a draft order's charge in the database. Each may be tried any number of times; it is written once. */
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { loadOrder, openOrderPayment, settleOrder } from './finalize.ts';

export const orderActivities = (deps: Dependencies) => bound(deps, { loadOrder, openOrderPayment, settleOrder });
