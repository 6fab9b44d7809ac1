/** Work on one connection that happens as a whole or not at all; nobody else uses the connection meanwhile. */
import type { ClientBase } from 'pg';

export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    const done = await work();
    await client.query('commit');
    return done;
  } catch (error) {
    // The connection may be what is broken: that it can't be told so is no news.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
