/**
 * A ClickHouse of one's own for development and tests: its engine, which PyPI has as a library for Python, behind a small
 * HTTP front (clickhouse.py). It is downloaded into the user's cache once.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FindOptions, findPython, firstTelling, installWheels, writableCache } from './executables.ts';
import { freePort } from './ports.ts';
import { createProcess, type Process } from './processes.ts';

const WHEELS = ['chdb==4.4.0', 'chdb-core==26.9.0'];
const CACHED_AS = 'clickhouse-26.9.0';
const FRONT = new URL('./clickhouse.py', import.meta.url).pathname;

export interface ClickHouse {
  /** Of its HTTP interface, without a database. */
  readonly url: string;
  readonly process: Process;
  stop(): Promise<void>;
}

interface ClickHouseOptions extends FindOptions {
  readonly restart?: boolean;
}

/** It takes seconds from when its port was free to when it listens: another process may have been quicker. */
const TRIES = 3;

/** Starts it (port by default any free one) and waits until it answers; its data is in `directory/clickhouse`. */
export async function startClickHouse(options: ClickHouseOptions & { readonly port?: number }): Promise<ClickHouse> {
  for (let tries = 1; ; tries += 1) {
    const clickhouse = await createClickHouse({ ...options, port: options.port ?? (await freePort()) });
    try {
      await clickhouse.process.start();
      return clickhouse;
    } catch (error) {
      if (options.port !== undefined || tries === TRIES) throw error;
    }
  }
}

/** Downloaded if need be, not started yet. Throws one line that says what to do when there is no way to get it. */
export async function createClickHouse(options: ClickHouseOptions & { readonly port: number }): Promise<ClickHouse> {
  const { directory, port } = options;
  mkdirSync(directory, { recursive: true });
  const engine = await findEngine(options);
  const url = `http://127.0.0.1:${port}`;
  const server = createProcess({
    name: 'clickhouse',
    command: async () => findPython(),
    args: [FRONT, String(port), join(directory, 'clickhouse')],
    env: { ...process.env, PYTHONPATH: engine, PYTHONDONTWRITEBYTECODE: '1' },
    logFile: join(directory, 'logs', 'clickhouse.log'),
    ready: () =>
      fetch(`${url}/ping`).then(
        ({ ok }) => ok,
        () => false,
      ),
    restart: options.restart,
    log: options.log,
  });
  return { url, process: server, stop: () => server.stop() };
}

/** The directory of its Python modules. */
async function findEngine({ directory, log, signal }: FindOptions): Promise<string> {
  const cache = writableCache(directory);
  const cached = join(cache, CACHED_AS);
  if (existsSync(cached)) return cached;
  const partial = mkdtempSync(join(cache, 'download-'));
  try {
    log?.('downloading clickhouse from PyPI');
    await installWheels(WHEELS, partial, signal);
    // Another process may have been quicker.
    if (!existsSync(cached)) renameSync(partial, cached);
    return cached;
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? firstTelling(error.message) : String(error);
    throw new Error(
      `ClickHouse cannot be had (PyPI: ${reason}). Connect to the network once, with Python 3 and its pip.`,
    );
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
