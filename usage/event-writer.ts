/**
 * Takes batches of events from many requests at once and writes them together: while one transaction is under way,
 * what comes in waits and makes up the next. So the more there is to do, the less each event costs. A batch is answered
 * once the transaction that holds it is committed.
 */
import { Pool, type PoolClient } from 'pg';
import { KnownMeters } from './known-meters.ts';
import { KnownNames, writeNames } from './known-names.ts';
import type { EventBatch, WrittenBatch } from './new-event.ts';
import { openTransaction, writeEvents } from './write-events.ts';

/** One reads its next events while the other waits for the disk. */
const AT_ONCE = 2;
/** Of events in a transaction. */
const MOST_EVENTS = 5_000;
/** Of events that wait: more than are written in some seconds. */
const MOST_WAITING = 200_000;
/** Deadlocks, and what Postgres says while it starts or stops: the same may go well in a moment. */
const PASSING = /^(40|57P)/;
const TRIES = 5;
/** At what became of a commit whose answer was lost, while the database comes back: for half a minute. */
const MOST_LOOKS = 600;

interface Waiting {
  readonly batch: EventBatch;
  readonly resolve: (written: WrittenBatch) => void;
  readonly reject: (error: unknown) => void;
}

/** Too much is waiting: nothing of the batch was written, and it may be sent again. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

/** Whether the events were written can't be told. */
class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

export class EventWriter {
  private readonly pool: Pool;
  private readonly known = new KnownMeters();
  private readonly names = new KnownNames();
  private waiting: Waiting[] = [];
  private underWay = 0;

  constructor(databaseUrl: string) {
    this.pool = new Pool({ connectionString: databaseUrl, max: AT_ONCE });
    // A connection that breaks is replaced when it is needed, and whoever uses it hears of that by their own query: an
    // event that nobody listens to would end the process.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** Durable, and counted in all balances, once it resolves. */
  write(batch: EventBatch): Promise<WrittenBatch> {
    const waiting = this.waiting.reduce((sum, { batch: { events } }) => sum + events.length, 0);
    if (waiting > MOST_WAITING) return Promise.reject(new TooBusy('Too many events are waiting to be written.'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, resolve, reject });
      this.next();
    });
  }

  /** Ends after what has been asked so far. */
  async close(): Promise<void> {
    while (this.underWay > 0) await new Promise((passed) => setTimeout(passed, 5));
    await this.pool.end();
  }

  private next(): void {
    while (this.underWay < AT_ONCE && this.waiting.length > 0) {
      this.underWay += 1;
      void this.writeTogether(this.taken()).finally(() => {
        this.underWay -= 1;
        this.next();
      });
    }
  }

  private taken(): Waiting[] {
    let events = 0;
    const most = this.waiting.findIndex(({ batch }, i) => {
      events += batch.events.length;
      return i > 0 && events > MOST_EVENTS;
    });
    return this.waiting.splice(0, most === -1 ? this.waiting.length : most);
  }

  /** What one batch can't be written for must not keep the others from it. */
  private async writeTogether(group: readonly Waiting[]): Promise<void> {
    try {
      const written = await this.transaction(group.map(({ batch }) => batch));
      for (const [i, { resolve, reject }] of group.entries()) {
        const answer = written[i];
        if (answer === undefined) reject(new Error('A batch of events was not answered.'));
        else resolve(answer);
      }
    } catch (error) {
      // What may be written already must not be written again.
      if (group.length === 1 || error instanceof OutcomeUnknown) for (const { reject } of group) reject(error);
      else for (const alone of group) await this.writeTogether([alone]);
    }
  }

  private async transaction(batches: readonly EventBatch[]): Promise<WrittenBatch[]> {
    const names = this.names.newIn(batches);
    for (let tries = 1; ; tries += 1) {
      const client = await this.pool.connect();
      let committing: { readonly xid: string; readonly written: WrittenBatch[] } | null = null;
      try {
        const opening = await openTransaction(client);
        await writeNames(client, names);
        const written = await writeEvents(client, this.known, batches, opening);
        committing = { xid: opening.xid, written };
        await client.query('commit');
        this.names.remember(names);
        client.release();
        return written;
      } catch (error) {
        await rolledBack(client);
        // The answer to the commit may have been lost, not the commit: events without an id would then count twice.
        if (committing !== null && (await this.isCommitted(committing.xid))) return committing.written;
        if (tries === TRIES || !isPassing(error)) throw error;
      }
    }
  }

  private async isCommitted(xid: string): Promise<boolean> {
    let status: string | null = null;
    for (let looks = 0; looks < MOST_LOOKS && status !== 'committed' && status !== 'aborted'; looks += 1) {
      if (looks > 0) await new Promise((passed) => setTimeout(passed, 50));
      status = await this.statusOf(xid).catch(() => null);
    }
    if (status !== 'committed' && status !== 'aborted')
      throw new OutcomeUnknown('The database was lost during a commit.');
    return status === 'committed';
  }

  /** Null where it is too long ago to be told. */
  private async statusOf(xid: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ status: string | null }>('select pg_xact_status($1::xid8) as status', [
      xid,
    ]);
    return rows[0]?.status ?? null;
  }
}

async function rolledBack(client: PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true);
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && PASSING.test(String(error.code));
