/**
 * Moves all events from Postgres to ClickHouse, while they come in and are read: copies them, looks whether all are there,
 * switches over, and takes them out of Postgres. How far it has got stands in the database; where it is done, it ends at
 * once. What comes in afterwards is carried over by the workers.
 */
import { continueAsNew, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { usageActivities } from '../activities/usage/index.ts';
import { type MoveProgress, moveProgress } from './event-store.messages.ts';

const { openEventStore, copyEvents, checkCopiedEvents, switchEventStore, clearCopiedEvents } = proxyActivities<
  ReturnType<typeof usageActivities>
>({
  startToCloseTimeout: '2 h',
  heartbeatTimeout: '2 min',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' },
});

const STEPS_PER_RUN = 200;
/** Whoever began to read in Postgres before events were read in ClickHouse has finished by then. */
const READ_WITHIN = '10 min';

export async function eventStore(): Promise<void> {
  let progress: MoveProgress | null = null;
  setHandler(moveProgress, () => progress);
  progress = await openEventStore();
  const wasOver = progress.state === 'clickhouse';
  let isChecked = false;
  for (let step = 0; progress.state !== 'clickhouse'; step += 1) {
    if (step === STEPS_PER_RUN) await continueAsNew<typeof eventStore>();
    progress = await copyEvents();
    if (!progress.isCaughtUp) continue;
    // Looking takes its time, and what comes in meanwhile is copied before the switch.
    if (isChecked) progress = await switchEventStore();
    else isChecked = await checkCopiedEvents();
  }
  if (!wasOver) await sleep(READ_WITHIN, { summary: 'until nobody reads in Postgres any more' });
  for (let step = 0; !progress.isCleared; step += 1) {
    if (step === STEPS_PER_RUN) await continueAsNew<typeof eventStore>();
    progress = await clearCopiedEvents();
  }
}
