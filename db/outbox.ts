/** Asks, inside the caller's transaction, for a process to be woken once the transaction has committed. */
import type { OutboxMessageRow } from './entities/outbox.ts';
import { OutboxMessage } from './entities/outbox.ts';
import type { EntityManager } from './orm.ts';

export type OutboxTopic = OutboxMessageRow['topic'];

export async function wake(em: EntityManager, topic: OutboxTopic, ...subjectIds: readonly string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await em.insertMany(
    OutboxMessage,
    subjectIds.map((subjectId) => ({ topic, subjectId })),
  );
}
