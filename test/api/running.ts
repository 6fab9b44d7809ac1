/** The whole product in this process, on a database, a Temporal namespace and a card processor of its own: for one test file. */

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createApp } from '../../api/app.ts';
import { routes } from '../../api/routes/index.ts';
import { workflowGateway } from '../../api/workflows.ts';
import { readEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logging.ts';
import { stripeClient } from '../../config/stripe-client.ts';
import { askOf } from '../../db/ask.ts';
import { startStripeSandbox } from '../../dev/sandbox/stripe/server.ts';
import { SCOPES } from '../../schemas/scopes.ts';
import type { TaxProvider } from '../../tax/provider.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { EventStoreInUse } from '../../usage/event-store-in-use.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { startEventMover } from '../../worker/event-mover.ts';
import { startRelay } from '../../worker/relay.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';
import { createWorkers } from '../../worker/workers.ts';
import { lastingDisagreements } from '../invariants/lasting.ts';
import { bundledWorkflows } from '../workflows/bundled.ts';
import { freshDatabase } from './fresh-database.ts';

const OPERATOR_TOKEN = 'operator-token-of-a-test-run';

export type Running = Awaited<ReturnType<typeof startRunning>>;

/** What one request came to; `body` is JSON where there is any. */
export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

interface RunningOptions {
  readonly taxes?: TaxProvider;
  /** Where events may be moved to. */
  readonly clickhouseUrl?: string | undefined;
}

export async function startRunning({ taxes = tableOfTaxes, clickhouseUrl }: RunningOptions = {}) {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const folder = mkdtempSync(join(tmpdir(), 'perennial-api-'));
  const [database, sandbox] = await Promise.all([
    freshDatabase(),
    startStripeSandbox({ port: 0, host: '127.0.0.1', statePath: join(folder, 'stripe.db') }),
  ]);
  const { orm } = database;
  const environment = readEnvironment({
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    CLICKHOUSE_URL: clickhouseUrl,
    TEMPORAL_ADDRESS: process.env.TEMPORAL_ADDRESS,
    STRIPE_SECRET_KEY: 'sk_test_example',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
    STRIPE_WEBHOOK_SECRET: 'whsec_example',
    STRIPE_API_URL: sandbox.url,
    OPERATOR_TOKEN,
    WEBHOOKS_ALLOW_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'silent',
  });
  const address = environment.TEMPORAL_ADDRESS;
  const connection = await NativeConnection.connect({ address });
  const namespace = await aNamespace(connection);
  const temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  const stripe = stripeClient(environment);
  const log = createLogger(environment, 'test');
  const deps = { orm, stripe, taxes, temporal, environment };
  const workflowBundle = await bundledWorkflows();
  const workers = await createWorkers({ connection, namespace, deps, workflows: { workflowBundle } });
  const working = Promise.all(workers.map((worker) => worker.run()));
  const relay = startRelay({ orm, temporal, log });
  const events = new EventWriter(database.url);
  const eventStore = new EventStoreInUse({ ask: askOf(orm), databaseUrl: database.url, clickhouseUrl });
  const mover = startEventMover(environment, log);
  const services = { environment, events, eventStore, taxes, workflows: workflowGateway(temporal, orm), readiness: {} };
  const server = createServer(createApp({ routes, orm, log, services }));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function call(token: string | null, method: string, path: string, body?: unknown): Promise<Reply> {
    const response = await fetch(api + path, {
      method,
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  /** Like `call`, for what must succeed. What can't be read at the moment, on a busy machine, is asked for again. */
  async function made(token: string | null, method: string, path: string, body?: unknown): Promise<Reply['body']> {
    for (let tries = 0; ; tries += 1) {
      const reply = await call(token, method, path, body);
      if (reply.status < 300) return reply.body;
      const isPassing = method === 'GET' && reply.status === 503 && tries < 15;
      if (!isPassing) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
      await new Promise((passed) => setTimeout(passed, 1_000));
    }
  }

  return {
    api,
    orm,
    services,
    stripe,
    temporal,
    call,
    made,
    /** An organization with a token for these scopes; all of them if none are named. */
    async aMerchant(scopes: readonly string[] = SCOPES) {
      const slug = `shop-${randomUUID().slice(0, 13)}`;
      const organization = await made(OPERATOR_TOKEN, 'POST', '/v1/organizations/', { name: 'Example Shop', slug });
      const { token } = await made(OPERATOR_TOKEN, 'POST', '/v1/organization-access-tokens/', {
        organization_id: organization.id,
        comment: 'A test',
        scopes,
      });
      return { organization, token: token as string };
    },
    /** Between the books, orders, subscriptions, grants and the card processor of a merchant. */
    disagreements: (token: string) => lastingDisagreements(() => made(token, 'GET', '/v1/invariants')),
    /** Sets one of the card processor's switches; see dev/sandbox/stripe/switches.ts. */
    async sandbox(path: string, body: unknown): Promise<void> {
      const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    /** Troubles of the card processor that have not come up yet, and requests that it keeps back. */
    async troubles(): Promise<{ faults: unknown[]; held: number }> {
      const index = await fetch(`${sandbox.url}/_sandbox`);
      return (await index.json()) as { faults: unknown[]; held: number };
    },
    /** What a browser's card form would make of a test card. */
    async aCard(paymentMethod = 'pm_card_visa'): Promise<string> {
      return (await stripe.testHelpers.confirmationTokens.create({ payment_method: paymentMethod })).id;
    },
    async close() {
      await new Promise((closed) => server.close(closed).closeAllConnections());
      await Promise.all([relay.stop(), mover.stop()]);
      for (const worker of workers) worker.shutdown();
      await working;
      await connection.close();
      await temporal.connection.close();
      await sandbox.close();
      await Promise.all([events.close(), eventStore.close()]);
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Task queues have fixed names, so each test file works in a namespace of its own. */
export async function aNamespace(connection: NativeConnection): Promise<string> {
  const namespace = `api-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  for (let tries = 0; ; tries += 1) {
    try {
      await ensureSearchAttributes(connection, namespace);
      return namespace;
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((passed) => setTimeout(passed, 100));
    }
  }
}
