/** Calls from one process to others. */
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { arrive, liveStep, setOff } from './clocks.ts';
import { retryUnpaid } from './retry-unpaid.ts';
import { askForUpgrade } from './upgrade.ts';

export const steeringActivities = (deps: Dependencies) =>
  bound(deps, { setOff, liveStep, arrive, retryUnpaid, askForUpgrade });
