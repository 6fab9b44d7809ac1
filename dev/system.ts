/**
 * A whole Perennial on this machine: Postgres, Temporal, the card processor's sandbox, worker and API, in a home of its
 * own. `npm start`, the demo, the benches, the end-to-end and the chaos tests all stand on it.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createPostgres, type PostgresOptions } from './services/postgres.ts';
import type { Process } from './services/processes.ts';
import { bypassProxiesToLoopback } from './services/proxies.ts';
import { createTemporal } from './services/temporal.ts';
import { choosePorts, PREFERRED } from './start/chosen-ports.ts';
import { applicationEnvironment, type Places, sandboxEnvironment } from './start/environment.ts';
import { type Lock, takeLock } from './start/lock.ts';
import { createApi, createSandbox, createWorker, foreignPart, foreignTemporal, type Part } from './start/parts.ts';
import { keptSecrets } from './start/secrets.ts';
import { stepsOf } from './start/steps.ts';

export type { Part } from './start/parts.ts';

export interface SystemOptions {
  /** Directory of all its state; made if need be, and resumed from. One system a home. */
  readonly home: string;
  /** Of the API and the pages. Default: the one it had, else any free one. */
  readonly port?: number;
  /** Take the usual ports of the other parts where they are free. Default false: any free ones. */
  readonly usualPorts?: boolean;
  /** A Postgres that runs already, its database to be used and migrated. */
  readonly databaseUrl?: string;
  /** Further settings of a Postgres of its own. */
  readonly postgresSettings?: PostgresOptions['settings'];
  /** host:port of a Temporal that runs already. */
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
  /** Build the pages when they are older than their sources. Default false. */
  readonly pages?: boolean;
  /** Start parts that crash again. Default false. */
  readonly restart?: boolean;
  /** Further variables for single parts, as in `{ worker: { LOG_LEVEL: 'warn' } }`. */
  readonly environment?: Partial<Readonly<Record<'sandbox' | 'worker' | 'api', NodeJS.ProcessEnv>>>;
  readonly log?: (line: string) => void;
  /** Gives up starting. */
  readonly signal?: AbortSignal;
}

export interface System extends Places {
  /** May create organizations and their first tokens. */
  readonly operatorToken: string;
  /** Signs what the sandbox sends. */
  readonly webhookSecret: string;
  /** Each can be killed and started again while the others live; it keeps its ports and its state. */
  readonly processes: Readonly<Record<Part, Process>>;
  /** Ends all parts, those first that use others, and lets go of the home. */
  stop(): Promise<void>;
}

/** Starts it all and returns when `GET /readyz/all` says ready. Throws, with nothing left running, when a part fails. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const system = await createSystem(options);
  try {
    for (const stage of stepsOf(system, { pages: options.pages ?? false, signal: options.signal })) {
      await Promise.all(stage.map((step) => step.run()));
    }
    return system;
  } catch (error) {
    await system.stop();
    throw error;
  }
}

/** Takes the home and settles every port, address and secret; nothing runs yet. */
export async function createSystem(options: SystemOptions): Promise<System> {
  const { databaseUrl, temporalAddress, temporalNamespace = 'default', log = () => {} } = options;
  bypassProxiesToLoopback();
  const home = resolve(options.home);
  mkdirSync(join(home, 'logs'), { recursive: true });
  const lock = await takeLock(home);
  try {
    const ports = await choosePorts(home, {
      api: options.port,
      preferred: options.usualPorts === true ? PREFERRED : {},
      elsewhere: [
        ...(databaseUrl === undefined ? [] : (['postgres'] as const)),
        ...(temporalAddress === undefined ? [] : (['temporal', 'temporalUi'] as const)),
      ],
      patient: lock.wasStale,
      log,
    });
    const secrets = keptSecrets(home);
    const shared = { restart: options.restart ?? false, log, signal: options.signal };
    const postgres =
      databaseUrl === undefined
        ? createPostgres({ ...shared, directory: home, port: ports.postgres, settings: options.postgresSettings })
        : { url: databaseUrl, process: foreignPart('postgres', 'DATABASE_URL', async () => true) };
    const places: Places = {
      home,
      api: `http://127.0.0.1:${ports.api}`,
      databaseUrl: postgres.url,
      temporalAddress: temporalAddress ?? `127.0.0.1:${ports.temporal}`,
      temporalNamespace,
      temporalUi: temporalAddress === undefined ? `http://127.0.0.1:${ports.temporalUi}` : undefined,
      stripeApi: `http://127.0.0.1:${ports.sandbox}`,
    };
    const application = applicationEnvironment(places, ports, secrets);
    const sandbox = sandboxEnvironment(places, ports, secrets, join(home, 'sandbox', 'stripe.db'));
    const more = options.environment ?? {};
    const processes: Record<Part, Process> = {
      postgres: postgres.process,
      temporal:
        temporalAddress === undefined
          ? createTemporal({
              ...shared,
              directory: home,
              port: ports.temporal,
              uiPort: ports.temporalUi,
              namespace: temporalNamespace,
            }).process
          : foreignTemporal(places),
      sandbox: createSandbox(places, { ...shared, env: { ...sandbox, ...more.sandbox } }),
      worker: createWorker(places, { ...shared, env: { ...application, ...more.worker } }),
      api: createApi(places, { ...shared, env: { ...application, ...more.api } }),
    };
    return { ...places, ...secrets, processes, stop: () => stopAll(processes, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function stopAll(processes: Readonly<Record<Part, Process>>, lock: Lock): Promise<void> {
  lock.ending();
  const { postgres, temporal, sandbox, worker, api } = processes;
  await Promise.all([api.stop(), worker.stop()]);
  await Promise.all([sandbox.stop(), temporal.stop(), postgres.stop()]);
  lock.release();
}
