/** How many checkouts one network, and one link, may open. */
import { Limit } from '../limits.ts';

/** A shop on the front page of the news stays below it. */
export const opened = new Limit('opened', { duration: 60, network: 60, subject: 1200 });
