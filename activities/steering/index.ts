/** Calls from one process to others. */
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { letLive, listHanging, moveClock, rest } from './clocks.ts';
import { retryUnpaid } from './retry-unpaid.ts';

export const steeringActivities = (deps: Dependencies) =>
  bound(deps, { listHanging, letLive, moveClock, rest, retryUnpaid });
