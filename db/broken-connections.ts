/**
 * Gives back connections that broke in the middle of a transaction. Rolling back on one fails, and the library keeps what
 * it couldn't roll back: after as many as the pool holds, when the database was restarted say, every query would wait.
 */
import type { Pool } from 'pg';

/** By then, whoever used it has heard of it, and given it back if they do. */
const PATIENCE_MS = 500;

export function giveBackBroken(pool: Pool): void {
  pool.on('connect', (client) => {
    client.once('end', () => {
      setTimeout(() => {
        try {
          client.release(true);
        } catch {
          // It was given back already.
        }
      }, PATIENCE_MS).unref();
    });
  });
}
