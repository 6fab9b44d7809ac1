/** Hears of new outbox rows by LISTEN, on a connection of its own that is made again whenever it breaks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../config/logging.ts';

export interface Listener {
  stop(): Promise<void>;
}

const LONGEST_PAUSE = 5_000;

/** Calls `heard` for each notification, and after each new connection, since some may have been missed before it. */
export function listenToOutbox(url: string, log: Logger, heard: () => void): Listener {
  const stopping = new AbortController();
  const running = listenUntil(stopping.signal, url, log, heard);
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function listenUntil(stopped: AbortSignal, url: string, log: Logger, heard: () => void): Promise<void> {
  for (let pause = 100; !stopped.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const client = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5_000 });
    const broken = new Promise<Error | null>((resolve) => {
      client.on('error', resolve);
      client.on('end', () => resolve(null));
      stopped.addEventListener('abort', () => resolve(null), { once: true });
    });
    try {
      client.on('notification', heard);
      await client.connect();
      await client.query('listen outbox');
      heard();
      pause = 50;
      const error = await broken;
      if (!stopped.aborted) log.warn({ err: error }, 'no longer listening to the outbox; connecting again');
    } catch (error) {
      if (!stopped.aborted) log.warn({ err: error }, 'could not listen to the outbox; trying again');
    }
    await client.end().catch(() => {});
    await sleep(pause, undefined, { signal: stopped }).catch(() => {});
  }
}
