/** The five processes of a system, none started yet. */
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { BILLING_QUEUE } from '../../workflows/task-queues.ts';
import { createProcess, type Process, type ProcessOptions } from '../services/processes.ts';
import { answers } from '../services/temporal.ts';
import type { Places } from './environment.ts';

const root = new URL('../..', import.meta.url).pathname;

export const PARTS = ['postgres', 'temporal', 'sandbox', 'worker', 'api'] as const;
export type Part = (typeof PARTS)[number];

type Common = Pick<ProcessOptions, 'restart' | 'log'> & { readonly env: NodeJS.ProcessEnv };

/** A program of ours, by its own Node. */
function program(home: string, options: Common & Pick<ProcessOptions, 'name' | 'ready' | 'beforeStart'>, file: string) {
  return createProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(root, file)],
    cwd: root,
    logFile: join(home, 'logs', `${options.name}.log`),
    ...options,
  });
}

export function createSandbox(places: Places, options: Common): Process {
  const ready = () => responds(places.stripeApi);
  return program(places.home, { ...options, name: 'sandbox', ready }, 'dev/sandbox/stripe/main.ts');
}

export function createApi(places: Places, options: Common): Process {
  const ready = () => isOk(`${places.api}/healthz`);
  return program(places.home, { ...options, name: 'api', ready }, 'api/main.ts');
}

/** Ready when Temporal has seen it poll. */
export function createWorker(places: Places, options: Common): Process {
  let since = 0;
  const beforeStart = () => {
    since = Date.now();
  };
  const ready = () => isPolled(places, since);
  return program(places.home, { ...options, name: 'worker', ready, beforeStart }, 'worker/main.ts');
}

/** A part that `variable` says is run by someone else. */
export function foreignPart(name: Part, variable: string, check: () => Promise<boolean>): Process {
  return {
    name,
    logFile: '',
    pid: undefined,
    start: async () => {
      if (!(await check())) throw new Error(`${variable} names a server that does not answer: start it, or unset it.`);
    },
    stop: async () => {},
    kill: async () => {
      throw new Error(`${name} is not ours to kill: ${variable} names it.`);
    },
  };
}

export const foreignTemporal = ({ temporalAddress, temporalNamespace }: Places): Process =>
  foreignPart('temporal', 'TEMPORAL_ADDRESS', () => answers(temporalAddress, temporalNamespace));

/** Whether every part says that it can do its work. */
export const isReady = (places: Places): Promise<boolean> => isOk(`${places.api}/readyz/all`);

async function isOk(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
}

/** Whether anything at all is answered, a refusal included. */
async function responds(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    async (response) => (await response.arrayBuffer()).byteLength >= 0,
    () => false,
  );
}

async function isPolled({ temporalAddress, temporalNamespace }: Places, since: number): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address: temporalAddress, connectTimeout: 2_000 });
    try {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace: temporalNamespace,
        taskQueue: { name: BILLING_QUEUE },
        taskQueueType: 1,
      });
      return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) >= since / 1000 - 1);
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
