/** Keeps what merchants count, and the events that it is counted from. */
import { bound } from '../bound.ts';
import type { Dependencies } from '../dependencies.ts';
import { backfillMeter } from './backfill.ts';
import {
  checkCopiedEvents,
  checkReturnedEvents,
  clearCopiedEvents,
  copyEvents,
  openEventStore,
  returnEvents,
  switchEventStore,
  switchEventStoreBack,
} from './event-store.ts';
import { tellLevels, tellLevelsOf } from './levels.ts';
import { keepPartitions } from './partitions.ts';

export const usageActivities = (deps: Dependencies) =>
  bound(deps, {
    ...{ backfillMeter, keepPartitions, tellLevels, tellLevelsOf },
    ...{ openEventStore, copyEvents, checkCopiedEvents, switchEventStore, clearCopiedEvents },
    ...{ returnEvents, checkReturnedEvents, switchEventStoreBack },
  });
