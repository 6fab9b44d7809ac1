/** Counts what came in before a meter was made. */
import { Context } from '@temporalio/activity';
import type { MeterId } from '../../billing/ids.ts';
import { askOf } from '../../db/ask.ts';
import { type Backfilled, backfillNext } from '../../usage/backfill.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import type { Dependencies } from '../dependencies.ts';
import { withClient } from './client.ts';

/** So that the process hears of it every few seconds. */
const PARTS = 20;

export function backfillMeter(deps: Dependencies, { meterId }: { readonly meterId: MeterId }): Promise<Backfilled> {
  const store = new PostgresEvents(askOf(deps.orm));
  return withClient(deps, async (client) => {
    let done: Backfilled | null = null;
    for (let part = 0; part < PARTS; part += 1) {
      done = await backfillNext(client, store, meterId);
      if (done === null || done.isFinished) break;
      Context.current().heartbeat(done);
    }
    return done ?? { looked: 0, counted: 0, isFinished: true };
  });
}
