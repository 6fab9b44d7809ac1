/** `node api/main.ts`: the API and the pages on one port. Answers what it has begun, then ends, on SIGTERM. */
import { createServer } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { readEnvironment } from '../config/environment.ts';
import { createLogger } from '../config/logging.ts';
import { stripeClient } from '../config/stripe-client.ts';
import { temporalConnection } from '../config/temporal-connection.ts';
import { askOf } from '../db/ask.ts';
import { openDatabase } from '../db/orm.ts';
import { taxProvider } from '../tax/index.ts';
import { EventStoreInUse } from '../usage/event-store-in-use.ts';
import { refuseLostStore } from '../usage/event-store-state.ts';
import { EventWriter } from '../usage/event-writer.ts';
import { BILLING_QUEUE } from '../workflows/task-queues.ts';
import { createApp } from './app.ts';
import { routes } from './routes/index.ts';
import { workflowGateway } from './workflows.ts';

const environment = readEnvironment();
const log = createLogger(environment, 'api');
await refuseLostStore(environment.DATABASE_URL, environment.CLICKHOUSE_URL);
const orm = await openDatabase({ url: environment.DATABASE_URL, poolSize: environment.DATABASE_POOL_SIZE });
const events = new EventWriter(environment.DATABASE_URL);
const eventStore = new EventStoreInUse({
  ask: askOf(orm),
  databaseUrl: environment.DATABASE_URL,
  clickhouseUrl: environment.CLICKHOUSE_URL,
});
// Lazy: the API is up, if not ready, while Temporal is away, and finds it again by itself.
const connection = Connection.lazy(temporalConnection(environment));
const client = new Client({ connection, namespace: environment.TEMPORAL_NAMESPACE });

const app = createApp({
  routes,
  orm,
  log,
  services: {
    environment,
    events,
    eventStore,
    taxes: taxProvider(environment, stripeClient(environment)),
    workflows: workflowGateway(client, orm),
    readiness: {
      temporal: async () => {
        await connection.workflowService.getSystemInfo({});
      },
      worker: async () => {
        const { pollers } = await connection.workflowService.describeTaskQueue({
          namespace: environment.TEMPORAL_NAMESPACE,
          taskQueue: { name: BILLING_QUEUE },
          taskQueueType: 1,
        });
        if (!pollers?.length) throw new Error(`no worker polls the queue ${BILLING_QUEUE}`);
      },
    },
  },
});

const server = createServer(app);
server.listen(environment.PORT, environment.HOST, () => {
  log.info({ address: server.address() }, 'listening');
});

let isEnding = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    log.info({ signal }, 'draining');
    server.close(() => {
      void Promise.all([events.close(), eventStore.close(), orm.close(), connection.close()]);
    });
    server.closeIdleConnections();
  });
}
