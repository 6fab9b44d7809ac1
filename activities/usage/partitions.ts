/** Makes the tables of the coming months' events, and puts away those of months that are kept no longer. */
import { Context } from '@temporalio/activity';
import { detachPartitions, makePartitions } from '../../usage/event-partitions.ts';
import type { Dependencies } from '../dependencies.ts';
import { withClient } from './client.ts';

export interface KeptPartitions {
  readonly made: readonly string[];
  readonly detached: readonly string[];
}

export function keepPartitions(deps: Dependencies, { at }: { readonly at: number }): Promise<KeptPartitions> {
  const { EVENTS_KEEP_MONTHS: months } = deps.environment;
  return withClient(deps, async (client) => {
    const made = await makePartitions(client, at);
    const detached = months === undefined ? [] : await detachPartitions(client, at, months);
    const { log } = Context.current();
    if (detached.length > 0) log.warn('tables of events are no longer part of them; keep or drop them', { detached });
    return { made, detached };
  });
}
