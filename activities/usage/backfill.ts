/** Counts what came in before a meter was made. */
import { Context } from '@temporalio/activity';
import { Client } from 'pg';
import type { MeterId } from '../../billing/ids.ts';
import { type Backfilled, backfillNext } from '../../usage/backfill.ts';
import type { Dependencies } from '../dependencies.ts';

/** So that the process hears of it every few seconds. */
const PARTS = 20;

export async function backfillMeter(
  { environment }: Pick<Dependencies, 'environment'>,
  { meterId }: { readonly meterId: MeterId },
): Promise<Backfilled> {
  const client = new Client({ connectionString: environment.DATABASE_URL });
  // One that breaks shows itself in the next query.
  client.on('error', () => {});
  await client.connect();
  try {
    let done: Backfilled | null = null;
    for (let part = 0; part < PARTS; part += 1) {
      done = await backfillNext(client, meterId);
      if (done === null || done.isFinished) break;
      Context.current().heartbeat(done);
    }
    return done ?? { looked: 0, counted: 0, isFinished: true };
  } finally {
    await client.end().catch(() => {});
  }
}
