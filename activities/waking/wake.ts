/** Waking processes for what stands in the database: the relay does it for outbox rows, the sweep for what was missed. */
import type { Client } from '@temporalio/client';
import type { EntityManager } from '../../db/orm.ts';

/** One call to Temporal that starts or signals a process. Making it twice does no harm. */
export interface Wake {
  readonly subjectId: string;
  readonly call: () => Promise<unknown>;
}

/** The calls that these subjects need; none for a subject that is gone or needs no process. */
export type Waker = (em: EntityManager, temporal: Client, subjectIds: readonly string[]) => Promise<Wake[]>;

export interface Failed {
  readonly subjectId: string;
  readonly error: unknown;
}

/** A call that Temporal doesn't answer in this time has failed: the machine's time, as the connection counts in it. */
const PATIENCE = 10_000;

/** Makes the calls, at most `atOnce` at a time, and answers with those that failed. */
export async function callAll(temporal: Client, wakes: readonly Wake[], atOnce = 20): Promise<Failed[]> {
  const failed: Failed[] = [];
  const waiting = wakes.values();
  const callNext = async () => {
    for (const { subjectId, call } of waiting) {
      try {
        await temporal.withDeadline(Date.now() + PATIENCE, call);
      } catch (error) {
        failed.push({ subjectId, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, wakes.length) }, callNext));
  return failed;
}
