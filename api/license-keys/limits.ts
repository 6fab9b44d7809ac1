/** How often software without a token may ask about license keys: each asking is written down. */
import { Limit } from '../limits.ts';

/** An office whose machines start at once stays below it. A server validates with a token, and is not counted. */
export const askedPublicly = new Limit('license keys', { duration: 60, network: 600 });
