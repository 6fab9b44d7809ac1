/** When an event is tried again. */
import type { Delivering } from './dependencies.ts';

const MOST_RETRIES = 10;
const LONGEST = 6 * 60 * 60_000;

/** How long to wait before each retry, in ms: 10 s, 30 s, 90 s … at most 6 h, about a day in all. */
export async function retryPauses({ environment }: Pick<Delivering, 'environment'>): Promise<number[]> {
  const first = environment.WEBHOOKS_FIRST_RETRY_MS;
  return Array.from({ length: MOST_RETRIES }, (_, retry) => Math.min(first * 3 ** retry, LONGEST));
}
