/** What is written into the books after the payment itself. */
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { bookProcessorFee } from './processor-fee.ts';

export const ledgerActivities = (deps: Dependencies) => bound(deps, { bookProcessorFee });
