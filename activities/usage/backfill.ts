/** Counts what came in before a meter was made. */
import { Context } from '@temporalio/activity';
import type { Client } from 'pg';
import type { MeterId } from '../../billing/ids.ts';
import { askOf } from '../../db/ask.ts';
import { type Backfilled, backfillNext } from '../../usage/backfill.ts';
import type { EventStore } from '../../usage/event-store.ts';
import { EventStoreInUse } from '../../usage/event-store-in-use.ts';
import type { Dependencies } from '../dependencies.ts';
import { withClient } from './client.ts';

/** So that the process hears of it every few seconds. */
const PARTS = 20;

export async function backfillMeter(
  deps: Dependencies,
  { meterId }: { readonly meterId: MeterId },
): Promise<Backfilled> {
  const { DATABASE_URL: databaseUrl, CLICKHOUSE_URL: clickhouseUrl } = deps.environment;
  const store = new EventStoreInUse({ ask: askOf(deps.orm), databaseUrl, clickhouseUrl });
  try {
    return await withClient(deps, (client) => backfillParts(client, store, meterId));
  } finally {
    await store.close();
  }
}

async function backfillParts(client: Client, store: EventStore, meterId: MeterId): Promise<Backfilled> {
  let done: Backfilled | null = null;
  for (let part = 0; part < PARTS; part += 1) {
    done = await backfillNext(client, store, meterId);
    if (done === null || done.isFinished) break;
    Context.current().heartbeat(done);
  }
  return done ?? { looked: 0, counted: 0, isFinished: true };
}
