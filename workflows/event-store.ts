/**
 * Moves all events from Postgres to ClickHouse, while they come in and are read: copies them, looks whether all are there,
 * switches over, and takes them out of Postgres; or brings them back, likewise. How far it has got stands in the database;
 * where it is done, it ends at once. What comes in afterwards is carried over by the workers.
 */
import { continueAsNew, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { usageActivities } from '../activities/usage/index.ts';
import { type MoveProgress, moveProgress, type Store, wantStore } from './event-store.messages.ts';

const activities = proxyActivities<ReturnType<typeof usageActivities>>({
  startToCloseTimeout: '2 h',
  heartbeatTimeout: '2 min',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' },
});
const { openEventStore, copyEvents, checkCopiedEvents, switchEventStore, clearCopiedEvents } = activities;
const { returnEvents, checkReturnedEvents, switchEventStoreBack } = activities;

const STEPS_PER_RUN = 200;
/** Whoever began to read in Postgres before events were read in ClickHouse has finished by then. */
const READ_WITHIN = '10 min';

export async function eventStore(first: Store = 'clickhouse'): Promise<void> {
  let wanted = first;
  let progress: MoveProgress | null = null;
  const told = (next: MoveProgress): MoveProgress => {
    progress = next;
    return next;
  };
  setHandler(moveProgress, () => progress);
  setHandler(wantStore, (store) => {
    wanted = store;
  });
  let towards: Store;
  do {
    towards = wanted;
    const opened = told(await openEventStore(towards));
    await (towards === 'clickhouse' ? moveThere(opened, () => wanted, told) : bringBack(opened, () => wanted, told));
  } while (wanted !== towards);
}

type Told = (progress: MoveProgress) => MoveProgress;

async function moveThere(opened: MoveProgress, wanted: () => Store, told: Told): Promise<void> {
  let progress = opened;
  const wasOver = progress.state === 'clickhouse';
  let isChecked = false;
  for (let step = 0; progress.state !== 'clickhouse'; step += 1) {
    if (wanted() !== 'clickhouse') return;
    if (step === STEPS_PER_RUN) await continueAsNew<typeof eventStore>(wanted());
    progress = told(await copyEvents());
    if (!progress.isCaughtUp) continue;
    // Looking takes its time, and what comes in meanwhile is copied before the switch.
    if (isChecked) progress = told(await switchEventStore());
    else isChecked = await checkCopiedEvents();
  }
  if (!wasOver) await sleep(READ_WITHIN, { summary: 'until nobody reads in Postgres any more' });
  for (let step = 0; !progress.isCleared; step += 1) {
    if (step === STEPS_PER_RUN) await continueAsNew<typeof eventStore>(wanted());
    progress = told(await clearCopiedEvents());
  }
}

async function bringBack(opened: MoveProgress, wanted: () => Store, told: Told): Promise<void> {
  let progress = opened;
  let isChecked = false;
  for (let step = 0; progress.state !== 'postgres' && wanted() === 'postgres'; step += 1) {
    if (step === STEPS_PER_RUN) await continueAsNew<typeof eventStore>(wanted());
    if (progress.state === 'clickhouse') {
      // What was copied there has yet to be taken out of Postgres, or each of it would be there twice.
      progress = told(await clearCopiedEvents());
      if (progress.isCleared) progress = told(await openEventStore('postgres'));
      continue;
    }
    progress = told(await returnEvents());
    if (!progress.isCaughtUp) continue;
    if (isChecked) progress = told(await switchEventStoreBack());
    else isChecked = await checkReturnedEvents();
  }
}
