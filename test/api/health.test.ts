/** Who gets traffic: whatever can answer what needs Postgres alone, and what is said of all the rest. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { createApp } from '../../api/app.ts';
import { workflowGateway } from '../../api/workflows.ts';
import { readEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logging.ts';
import { askOf } from '../../db/ask.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

let database: FreshDatabase;
let server: Server;
let base: string;

beforeAll(async () => {
  database = await freshDatabase();
  const { orm, url } = database;
  const environment = readEnvironment({
    NODE_ENV: 'test',
    DATABASE_URL: url,
    STRIPE_SECRET_KEY: 'sk_test_x',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_x',
    STRIPE_WEBHOOK_SECRET: 'whsec_x',
    LOG_LEVEL: 'silent',
  });
  const nowhere = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
  const services = {
    environment,
    events: new EventWriter(url),
    eventStore: new PostgresEvents(askOf(orm)),
    taxes: tableOfTaxes,
    workflows: workflowGateway(nowhere, orm),
    readiness: {
      temporal: async () => {},
      worker: async () => {
        throw new Error('no worker polls');
      },
    },
  };
  server = createServer(createApp({ routes: [], orm, services, log: createLogger(environment, 'api') }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await database[Symbol.asyncDispose]();
});

async function call(path: string) {
  const response = await fetch(base + path);
  return { status: response.status, body: await response.json() };
}

it('is ready for requests while no worker polls, and says elsewhere that not all is up', async () => {
  expect(await call('/readyz')).toEqual({ status: 200, body: { status: 'ready', checks: { database: 'ok' } } });
  expect(await call('/readyz/all')).toEqual({
    status: 503,
    body: { status: 'not ready', checks: { database: 'ok', temporal: 'ok', worker: 'failed' } },
  });
});
