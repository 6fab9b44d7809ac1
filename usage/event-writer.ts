/**
 * Takes batches of events from many requests at once and writes them together: while one transaction is under way,
 * what comes in waits and makes up the next. So the more there is to do, the less each event costs. A batch is answered
 * once the transaction that holds it is committed.
 */
import { Pool, type PoolClient } from 'pg';
import { Commits, isCommitted, OutcomeUnknown } from './commits.ts';
import { isAnyTaken } from './insert-events.ts';
import { KnownMeters } from './known-meters.ts';
import { KnownNames, writeNames } from './known-names.ts';
import type { EventBatch, WrittenBatch } from './new-event.ts';
import { sizeOf } from './size-of-events.ts';
import { firstOfEachKey, openTransaction, writeEvents } from './write-events.ts';

/** One reads its next events while the other waits for the disk, where there are enough of them to be worth another. */
const AT_ONCE = 2;
const WORTH_ANOTHER = 1_000;
/** In ms: longer than a transaction most often takes. What holds one up must not hold up what is everybody else's. */
const LONGEST_WAIT = 50;
/** In a transaction, but for a batch that goes alone. */
const MOST_TOGETHER: Size = { events: 5_000, bytes: 32_000_000 };
/** More events than are written in some seconds, and no more of them than there is memory for. */
const MOST_WAITING: Size = { events: 200_000, bytes: 256_000_000 };
/** Deadlocks, and what Postgres says while it starts or stops: the same may go well in a moment. */
const PASSING = /^(40|57P)/;
const UNIQUE_VIOLATION = '23505';
const TRIES = 5;

/** A server that is gone without a word would be waited for. */
const KEEPING_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

interface Size {
  readonly events: number;
  readonly bytes: number;
}

interface Waiting {
  readonly batch: EventBatch;
  readonly size: Size;
  /** By the machine's clock, ms. */
  readonly since: number;
  readonly resolve: (written: WrittenBatch) => void;
  readonly reject: (error: unknown) => void;
}

/** Too much is waiting: nothing of the batch was written, and it may be sent again. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

export class EventWriter {
  private readonly pool: Pool;
  private readonly known = new KnownMeters();
  private readonly names = new KnownNames();
  private readonly commits = new Commits();
  private readonly mostWaiting: Size;
  private waiting: Waiting[] = [];
  /** Of all that wait. */
  private waitingSize: Size = { events: 0, bytes: 0 };
  private underWay = 0;
  private waking: NodeJS.Timeout | null = null;

  constructor(databaseUrl: string, mostWaiting = MOST_WAITING) {
    this.mostWaiting = mostWaiting;
    // Statements are sent ahead of the answers to those before them: with small batches it's the rounds that take long.
    this.pool = new Pool({ connectionString: databaseUrl, max: AT_ONCE, pipeline: true, ...KEEPING_ALIVE });
    // A connection that breaks is replaced when it is needed, and whoever uses it hears of that by their own query: an
    // event that nobody listens to would end the process.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** Durable, and counted in all balances, once it resolves. */
  write(batch: EventBatch): Promise<WrittenBatch> {
    const size = { events: batch.events.length, bytes: sizeOf(batch.events) };
    const waitingSize = sum(this.waitingSize, size);
    if (exceeds(waitingSize, this.mostWaiting)) {
      return Promise.reject(new TooBusy('Too many events are waiting to be written.'));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, size, since: performance.now(), resolve, reject });
      this.waitingSize = waitingSize;
      this.next();
    });
  }

  /** Ends after what has been asked so far. */
  async close(): Promise<void> {
    while (this.underWay > 0) await new Promise((passed) => setTimeout(passed, 5));
    await this.pool.end();
  }

  private next(): void {
    while (this.mayBegin()) {
      this.underWay += 1;
      void this.writeTogether(this.taken()).finally(() => {
        this.underWay -= 1;
        this.next();
      });
    }
    if (this.waiting.length > 0 && this.underWay < AT_ONCE) this.waking ??= setTimeout(this.wake, LONGEST_WAIT);
  }

  private readonly wake = (): void => {
    this.waking = null;
    this.next();
  };

  private mayBegin(): boolean {
    const [oldest] = this.waiting;
    if (oldest === undefined || this.underWay === AT_ONCE) return false;
    if (this.underWay === 0 || this.waitingSize.events >= WORTH_ANOTHER) return true;
    return performance.now() - oldest.since >= LONGEST_WAIT;
  }

  private taken(): Waiting[] {
    let together: Size = { events: 0, bytes: 0 };
    const taken: Waiting[] = [];
    for (const next of this.waiting) {
      const grown = sum(together, next.size);
      if (taken.length > 0 && exceeds(grown, MOST_TOGETHER)) break;
      taken.push(next);
      together = grown;
    }
    this.waiting.splice(0, taken.length);
    this.waitingSize = sum(this.waitingSize, { events: -together.events, bytes: -together.bytes });
    return taken;
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
    const given = firstOfEachKey(batches);
    let mayBeNew = true;
    for (let tries = 1; ; tries += 1) {
      const client = await this.pool.connect();
      const mark = this.commits.markFor(client);
      let committing: WrittenBatch[] | null = null;
      try {
        const [opening, isTaken] = await Promise.all([
          openTransaction(client, mark),
          mayBeNew ? isAnyTaken(client, given) : true,
        ]);
        await writeNames(client, names);
        const found = { opening, isNew: !isTaken };
        committing = await writeEvents(client, this.known, batches, given, found);
        // Alone, and not ahead of their answers: nothing may be committed that was not counted.
        await client.query('commit');
        this.names.remember(names);
        client.release();
        return committing;
      } catch (error) {
        await rolledBack(client);
        // The answer to the commit may have been lost, not the commit: events without an id would then count twice.
        if (committing !== null && (await isCommitted(this.pool, mark))) return committing;
        // Somebody else has taken a key since it was found to be free: now it is asked of each.
        const isClash = mayBeNew && codeOf(error) === UNIQUE_VIOLATION;
        if (isClash) mayBeNew = false;
        else if (tries === TRIES || !PASSING.test(codeOf(error))) throw error;
      }
    }
  }
}

const sum = (a: Size, b: Size): Size => ({ events: a.events + b.events, bytes: a.bytes + b.bytes });
const exceeds = (size: Size, most: Size): boolean => size.events > most.events || size.bytes > most.bytes;

async function rolledBack(client: PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true);
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
