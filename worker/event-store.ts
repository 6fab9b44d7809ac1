/** Sees to it that events move to ClickHouse, or back, for those who have one: one process for all workers. */
import type { Client } from '@temporalio/client';
import type { Environment } from '../config/environment.ts';
import { type Store, wantStore } from '../workflows/event-store.messages.ts';
import type { eventStore } from '../workflows/event-store.ts';
import { BILLING_QUEUE } from '../workflows/task-queues.ts';

export const EVENT_STORE = 'event-store';

/** Null: there is no ClickHouse. */
export function wantedStore({
  CLICKHOUSE_URL,
  EVENT_STORE,
}: Pick<Environment, 'CLICKHOUSE_URL' | 'EVENT_STORE'>): Store | null {
  return CLICKHOUSE_URL === undefined ? null : (EVENT_STORE ?? 'clickhouse');
}

/** Where it runs already, it is told what is wanted now; where it has ended, it looks once more and ends. */
export async function startEventStore({ workflow }: Client, wanted: Store): Promise<void> {
  await workflow.signalWithStart<typeof eventStore, [Store]>('eventStore', {
    workflowId: EVENT_STORE,
    taskQueue: BILLING_QUEUE,
    args: [wanted],
    signal: wantStore,
    signalArgs: [wanted],
    staticSummary: 'Moves events to ClickHouse, or back',
  });
}
