/** What starting a system takes, step by step, for whoever shows its progress. */
import { setTimeout as pause } from 'node:timers/promises';
import { runToEnd } from '../services/run-to-end.ts';
import type { System } from '../system.ts';
import { buildPages } from './pages.ts';
import { isReady } from './parts.ts';

const root = new URL('../..', import.meta.url).pathname;
const READY_WITHIN_MS = 60_000;

export interface Step {
  readonly title: string;
  run(): Promise<void>;
}

/** Stage after stage; the steps of one stage run beside each other. */
export function stepsOf(system: System, { pages, signal }: { pages: boolean; signal?: AbortSignal }): Step[][] {
  const { processes } = system;
  const start = (part: keyof typeof processes) => async () => {
    signal?.throwIfAborted();
    await processes[part].start();
  };
  const database = async () => {
    await start('postgres')();
    await migrate(system.databaseUrl, signal);
  };
  return [
    [
      { title: 'Postgres and its tables', run: database },
      { title: 'Temporal', run: start('temporal') },
      { title: 'Card processor sandbox', run: start('sandbox') },
      ...(pages ? [{ title: 'Pages', run: async () => void (await buildPages(signal)) }] : []),
    ],
    [
      { title: 'Worker', run: start('worker') },
      { title: 'API', run: start('api') },
    ],
    [{ title: 'All parts answer', run: () => untilReady(system, signal) }],
  ];
}

async function migrate(databaseUrl: string, signal: AbortSignal | undefined): Promise<void> {
  await runToEnd(process.execPath, ['db/migrate.ts'], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: databaseUrl },
    signal,
  }).catch((error: Error) => {
    const unreachable = /ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EAI_AGAIN/.exec(error.message)?.[0];
    if (unreachable === undefined) throw error;
    throw new Error(`The database does not answer (${unreachable}): check DATABASE_URL, or unset it to get one.`);
  });
}

async function untilReady(system: System, signal: AbortSignal | undefined): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(system))) {
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      throw new Error(`${system.api}/readyz/all does not say ready; see ${system.processes.api.logFile}.`);
    }
    await pause(100);
  }
}
