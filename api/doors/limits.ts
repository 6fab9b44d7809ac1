/** How many checkouts one network, and one link, may open: counted by each API process for itself. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from './visitors.ts';

const MINUTE = 60;
/** People in one office, and a merchant's own tries, stay far below it. */
const byNetwork = new RateLimiterMemory({ keyPrefix: 'network', points: 60, duration: MINUTE });
/** A shop on the front page of the news stays below it. */
const byLink = new RateLimiterMemory({ keyPrefix: 'link', points: 1200, duration: MINUTE });

/** Counts a visit; null, or for how many seconds to wait. */
export async function secondsToWait(link: string, ip: string | null): Promise<number | null> {
  try {
    if (ip !== null) await byNetwork.consume(networkOf(ip));
    await byLink.consume(link);
    return null;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw error;
  }
}
