/** What stands before the API: whom it tells that it may get traffic, and whom it believes about visitors. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { createApp } from '../../api/app.ts';
import { route } from '../../api/route.ts';
import { workflowGateway } from '../../api/workflows.ts';
import { readEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logging.ts';
import { askOf } from '../../db/ask.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

let database: FreshDatabase;
const echo = route({
  method: 'get',
  path: '/v1/whence',
  summary: 'Say where a request comes from',
  tag: 'Test',
  auth: 'public',
  response: z.object({ ip: z.string().nullable() }),
  handle: ({ request }) => ({ ip: request.ip }),
});

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
    TRUSTED_PROXIES: '203.0.113.0/24',
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
  server = createServer(createApp({ routes: [echo], orm, services, log: createLogger(environment, 'api') }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await database[Symbol.asyncDispose]();
});

async function call(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(base + path, { headers });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body };
}

it('is ready for requests while no worker polls, and says elsewhere that not all is up', async () => {
  expect(await call('/readyz')).toEqual({ status: 200, body: { status: 'ready', checks: { database: 'ok' } } });
  expect(await call('/readyz/all')).toEqual({
    status: 503,
    body: { status: 'not ready', checks: { database: 'ok', temporal: 'ok', worker: 'failed' } },
  });
});

it('believes what proxies say of visitors only where they are trusted', async () => {
  const { body } = await call('/v1/whence', { 'x-forwarded-for': '198.51.100.8' });
  expect(body['ip']).toMatch(/127\.0\.0\.1$/);
});
