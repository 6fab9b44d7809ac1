/**
 * Carries committed outbox rows to Temporal: each wakes a process. Several workers may relay side by side; a row is
 * deleted only when its process has been woken, so that what is lost on the way is done again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LockMode, raw } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from '@temporalio/client';
import { WAKERS } from '../activities/waking/index.ts';
import { callAll, type Failed } from '../activities/waking/wake.ts';
import type { Logger } from '../config/logging.ts';
import { OutboxMessage } from '../db/entities/outbox.ts';
import type { OutboxTopic } from '../db/outbox.ts';
import { listenToOutbox } from './outbox-listener.ts';
import { endOverdueCheckouts } from './overdue-checkouts.ts';

export interface RelayOptions {
  readonly orm: MikroORM;
  readonly temporal: Client;
  readonly log: Logger;
}

export interface Relay {
  /** Ends after the rows and the calls in hand. */
  stop(): Promise<void>;
}

const BATCH = 500;
const POLL = 1_000;
const LONGEST_PAUSE = 10_000;
/** A row that can't be relayed is tried again after 1 s, 2 s, 4 s … at most 30 s, and holds up no other. */
const NEXT_TRY = `now() + least(30, power(2, least(attempts, 5))) * interval '1 second'`;

export function startRelay({ orm, temporal, log }: RelayOptions): Relay {
  const stopping = new AbortController();
  const bell = new Bell();
  const url = orm.config.get('clientUrl');
  if (url === undefined) throw new Error('The relay needs the database by its URL.');
  const listener = listenToOutbox(url, log, () => bell.ring());
  const running = relayUntil(stopping.signal, { orm, temporal, log }, bell);
  // Beside it: however many are over, and whatever their start waits for, nothing else does.
  const ending = endOverdueCheckouts(stopping.signal, { orm, temporal, log });
  return {
    async stop() {
      stopping.abort();
      bell.ring();
      await Promise.all([running, ending, listener.stop()]);
    },
  };
}

async function relayUntil(stopped: AbortSignal, { orm, temporal, log }: RelayOptions, bell: Bell): Promise<void> {
  let pause = 100;
  while (!stopped.aborted) {
    try {
      const { taken, failed } = await relay(orm, temporal);
      const [failure] = failed;
      if (failure !== undefined) log.warn({ err: failure.error, failed: failed.length }, 'not relayed; trying again');
      pause = 100;
      if (taken < BATCH) await bell.rung(POLL);
    } catch (error) {
      log.warn({ err: error }, 'the outbox could not be read; trying again');
      await sleep(pause, undefined, { signal: stopped }).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }
}

/**
 * Takes up to 500 rows that nobody else is relaying, wakes what they name, and deletes those that it woke, in one
 * transaction: whatever fails, its row stays, and is left alone for a while.
 */
export async function relay(orm: MikroORM, temporal: Client): Promise<{ taken: number; failed: Failed[] }> {
  return orm.em.fork().transactional(async (em) => {
    const rows = await em.find(
      OutboxMessage,
      { $or: [{ nextTryAt: null }, { nextTryAt: { $lte: raw('now()') } }] },
      { orderBy: { id: 'asc' }, limit: BATCH, lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE, disableIdentityMap: true },
    );
    if (rows.length === 0) return { taken: 0, failed: [] };
    const topics = Map.groupBy(rows, ({ topic }) => topic);
    const failed: Failed[] = [];
    const done: number[] = [];
    const left: number[] = [];
    for (const [topic, ofTopic] of topics) {
      const missed = await wakeAll(orm, temporal, topic, [...new Set(ofTopic.map(({ subjectId }) => subjectId))]);
      const missedIds = new Set(missed.map(({ subjectId }) => subjectId));
      failed.push(...missed);
      for (const { id, subjectId } of ofTopic) (missedIds.has(subjectId) ? left : done).push(id);
    }
    await em.nativeDelete(OutboxMessage, { id: { $in: done } });
    await em.nativeUpdate(
      OutboxMessage,
      { id: { $in: left } },
      { attempts: raw('attempts + 1'), nextTryAt: raw(NEXT_TRY) },
    );
    return { taken: rows.length, failed };
  });
}

/** Reads on a connection of its own: what one topic trips over doesn't end the transaction for the others. */
async function wakeAll(
  orm: MikroORM,
  temporal: Client,
  topic: OutboxTopic,
  subjectIds: readonly string[],
): Promise<Failed[]> {
  try {
    return await callAll(temporal, await WAKERS[topic](orm.em.fork(), temporal, subjectIds));
  } catch (error) {
    return subjectIds.map((subjectId) => ({ subjectId, error }));
  }
}

/** Remembers one ring until somebody waits for it. */
class Bell {
  private isRung = false;
  private answer: (() => void) | null = null;

  ring(): void {
    this.isRung = true;
    this.answer?.();
  }

  /** Resolves at the next ring, at once if it has rung since the last wait, or after `patience` ms. */
  async rung(patience: number): Promise<void> {
    if (!this.isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patience);
        this.answer = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isRung = false;
    this.answer = null;
  }
}
