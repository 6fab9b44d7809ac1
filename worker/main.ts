/** `node worker/main.ts`: the worker process. Runs workflows and activities, and relays the outbox. Drains on SIGTERM. */
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Dependencies } from '../activities/dependencies.ts';
import { readEnvironment } from '../config/environment.ts';
import { createLogger } from '../config/logging.ts';
import { stripeClient } from '../config/stripe-client.ts';
import { temporalConnection } from '../config/temporal-connection.ts';
import { openDatabase } from '../db/orm.ts';
import { taxProvider } from '../tax/index.ts';
import { withoutRefusals } from '../tax/refused-addresses.ts';
import { refuseLostStore } from '../usage/event-store-state.ts';
import { workflowsPath } from './bundle.ts';
import { startCardExpiry } from './card-expiry.ts';
import { startEventMover } from './event-mover.ts';
import { startEventPartitions } from './event-partitions.ts';
import { startEventStore, wantedStore } from './event-store.ts';
import { startRelay } from './relay.ts';
import { startRetention } from './retention.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { startSweep } from './sweep.ts';
import { startWebhookRetention } from './webhook-retention.ts';
import { createWorkers } from './workers.ts';

const environment = readEnvironment();
const log = createLogger(environment, 'worker');
Runtime.install({
  logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
    const write = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
    log[write[level]]({ ...meta }, message);
  }),
});

await refuseLostStore(environment.DATABASE_URL, environment.CLICKHOUSE_URL);
const { TEMPORAL_NAMESPACE: namespace } = environment;
const reached = temporalConnection(environment);
const orm = await openDatabase({ url: environment.DATABASE_URL, poolSize: environment.DATABASE_POOL_SIZE });
const connection = await NativeConnection.connect(reached);
const temporal = new Client({ connection: await Connection.connect(reached), namespace });
await ensureSearchAttributes(connection, namespace, log);

const stripe = stripeClient(environment);
const taxes = withoutRefusals(taxProvider(environment, stripe));
const deps: Dependencies = { orm, stripe, taxes, temporal, environment };
const bundle = process.env['WORKFLOW_BUNDLE'];
const workflows = bundle ? { workflowBundle: { codePath: bundle } } : { workflowsPath };
const workers = await createWorkers({ connection, namespace, deps, workflows });
const relay = startRelay({ orm, temporal, log });
const mover = startEventMover(environment, log);
await Promise.all(
  [startSweep, startWebhookRetention, startRetention, startCardExpiry, startEventPartitions].map((start) =>
    start(temporal),
  ),
);
const wanted = wantedStore(environment);
if (wanted !== null) await startEventStore(temporal, wanted);
if (environment.NODE_ENV === 'production' && environment.SMTP_URL === undefined) {
  log.warn('SMTP_URL is not set: e-mails to customers are written, but not sent');
}
log.info({ queues: workers.map(({ options }) => options.taskQueue) }, 'working');

// Each worker drains by itself on SIGTERM and SIGINT; what they share is closed after the last of them.
try {
  await Promise.all(workers.map((worker) => worker.run()));
} finally {
  await Promise.all([relay.stop(), mover.stop()]);
  await orm.close();
  await connection.close();
  await temporal.connection.close();
}
