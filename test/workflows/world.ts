/**
 * The world in which lives are lived: a Temporal server whose time is skipped, a database and a card processor of one's
 * own, and the workers with the product's own activities. One for each test file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, type Worker } from '@temporalio/worker';
import type { Dependencies } from '../../activities/dependencies.ts';
import { workflowGateway } from '../../api/workflows.ts';
import { type Environment, readEnvironment } from '../../config/environment.ts';
import { stripeClient } from '../../config/stripe-client.ts';
import { startStripeSandbox } from '../../dev/sandbox/stripe/server.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { createWorkers } from '../../worker/workers.ts';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';
import { freshDatabase } from '../api/fresh-database.ts';
import { bundledWorkflows } from './bundled.ts';

export type World = Awaited<ReturnType<typeof startWorld>>;

export interface WorldOptions {
  /** Workflows kept in memory between their tasks; 0: each task lives the whole life again from its history. */
  readonly maxCachedWorkflows?: number;
  readonly clickhouseUrl?: string | undefined;
}

/** `temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD` */
const KEYWORD = 2;

export async function startWorld({ maxCachedWorkflows, clickhouseUrl }: WorldOptions = {}) {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  const workflowBundle = await bundledWorkflows();
  const folder = mkdtempSync(join(tmpdir(), 'perennial-life-'));
  const database = await freshDatabase();
  const { orm } = database;
  const sandbox = await startStripeSandbox({ port: 0, host: '127.0.0.1', statePath: join(folder, 'stripe.db') });
  const env = await startTime();
  // It can be told of search attributes, but not asked which it knows.
  await env.nativeConnection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map(({ name }) => [name, KEYWORD])),
  });
  // The environment's own client skips time while it waits for a result; time is to pass only when a test says so.
  const client = new Client({ connection: env.connection });
  const environment: Environment = readEnvironment({
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: 'sk_test_example',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
    STRIPE_WEBHOOK_SECRET: 'whsec_example',
    STRIPE_API_URL: sandbox.url,
    CLICKHOUSE_URL: clickhouseUrl,
  });
  const stripe = stripeClient(environment);
  const deps: Dependencies = { orm, stripe, taxes: tableOfTaxes, temporal: client, environment };
  let working: { isBusy(): boolean; stop(): Promise<void> } | null = null;

  const world = {
    client,
    deps,
    orm,
    stripe,
    processes: workflowGateway(client, orm),
    sandboxUrl: sandbox.url,
    /** What the clock shows, ms since 1970. */
    now: () => env.currentTimeMs(),
    /** Lets time pass; it stands still while a worker has something to do. */
    passTime: (ms: number) => passTime(env, ms, () => working?.isBusy() === true),
    async startWorkers(): Promise<void> {
      const workers = await createWorkers({
        connection: env.nativeConnection,
        namespace: 'default',
        deps,
        workflows: { workflowBundle },
        ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
      });
      const running = Promise.all(workers.map((worker) => worker.run()));
      working = {
        isBusy: () => workers.some(isBusy),
        async stop() {
          for (const worker of workers) worker.shutdown();
          await running;
        },
      };
    },
    async stopWorkers(): Promise<void> {
      await working?.stop();
      working = null;
    },
    /** So that it does not live on while time passes for somebody else. */
    async forget(workflowId: string): Promise<void> {
      await client.workflow
        .getHandle(workflowId)
        .terminate()
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        });
    },
    async stop(): Promise<void> {
      await world.stopWorkers();
      await env.teardown();
      await sandbox.close();
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
  await world.startWorkers();
  return world;
}

/** Whether anything has begun that is not answered yet. */
function isBusy(worker: Worker): boolean {
  const { numInFlightActivities, numInFlightWorkflowActivations } = worker.getStatus();
  return numInFlightActivities > 0 || numInFlightWorkflowActivations > 0;
}

/**
 * The server keeps its clock locked after a process that another one started has ended, and time then passes as slowly
 * as it does for us. Where it has stood still for a while with nothing going on, it is unlocked once more: a machine may
 * be slow, but then its workers are busy.
 */
async function passTime(env: TestWorkflowEnvironment, ms: number, isWorking: () => boolean): Promise<void> {
  let seen = await env.currentTimeMs();
  let still = 0;
  const watch = setInterval(async () => {
    const now = await env.currentTimeMs();
    still = now - seen < 2 * WATCH && !isWorking() ? still + 1 : 0;
    seen = now;
    if (still < 2) return;
    still = 0;
    await env.connection.testService?.unlockTimeSkipping({});
  }, WATCH);
  try {
    await env.sleep(ms);
  } finally {
    clearInterval(watch);
  }
}

/** How often, in ms, it is looked whether time passes. */
const WATCH = 400;

function startTime(): Promise<TestWorkflowEnvironment> {
  const path = process.env['PERENNIAL_TIME_SKIPPING_SERVER'];
  if (path === undefined) throw new Error('PERENNIAL_TIME_SKIPPING_SERVER is not set: run these tests by `npm test`.');
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}
