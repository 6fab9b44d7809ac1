/** Deadlocks: of two transactions that wait for each other the database ends one, which may simply be run again. */
import { DeadlockException } from '@mikro-orm/core';

const TRIES = 4;

export async function retried<T>(transact: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transact();
    } catch (error) {
      if (!(error instanceof DeadlockException) || tries === TRIES) throw error;
    }
  }
}
