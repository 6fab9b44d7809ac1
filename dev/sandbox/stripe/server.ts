/** The sandbox Stripe: a server that keeps state and answers Stripe's own client, browsers and tests. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { balanceRoutes } from './balance.ts';
import type { Sandbox } from './call.ts';
import { chargeRoutes } from './charges.ts';
import { confirmationTokenRoutes } from './confirmation-tokens.ts';
import { customerRoutes } from './customers.ts';
import { disputeRoutes } from './disputes.ts';
import { answer } from './endpoint.ts';
import { eventRoutes } from './events.ts';
import { Faults } from './faults.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { newId } from './ids.ts';
import { paymentIntentRoutes } from './payment-intents.ts';
import { paymentMethodRoutes } from './payment-methods.ts';
import { endRefundsWhenDue } from './refund-endings.ts';
import { refundRoutes } from './refunds.ts';
import { setupIntentRoutes } from './setup-intents.ts';
import { Store } from './store.ts';
import { switches } from './switches.ts';
import { taxRoutes } from './tax.ts';
import { threeDSecure } from './three-d-secure.ts';
import { webhookEndpointRoutes } from './webhook-endpoints.ts';
import { Webhooks } from './webhooks.ts';

const ROUTES = [
  ...[...balanceRoutes, ...chargeRoutes, ...confirmationTokenRoutes, ...customerRoutes],
  ...[...disputeRoutes, ...eventRoutes],
  ...[...paymentIntentRoutes, ...paymentMethodRoutes, ...refundRoutes, ...setupIntentRoutes, ...taxRoutes],
  ...webhookEndpointRoutes,
];
const PRUNE_EVERY_MS = 60 * 60 * 1000;

export interface StripeSandboxOptions {
  /** 0 takes any that is free. */
  readonly port: number;
  readonly host: string;
  /** The SQLite file that holds all state; made if it does not exist. */
  readonly statePath: string;
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  /** Where browsers reach the sandbox, if not at its host and port. */
  readonly publicUrl?: string;
}

export interface StripeSandbox {
  readonly url: string;
  /** Ends at once; state is on disk, undelivered events go out after the next start. */
  close(): Promise<void>;
}

export async function startStripeSandbox(options: StripeSandboxOptions): Promise<StripeSandbox> {
  const store = new Store(options.statePath);
  const { webhookUrl, webhookSecret } = options;
  const webhooks = new Webhooks(
    store,
    webhookUrl && webhookSecret ? { url: webhookUrl, secret: webhookSecret } : undefined,
  );
  const keys = new IdempotencyKeys(store);
  const server = createServer();
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  const url = `http://${options.host}:${port}`;
  const sandbox: Sandbox = { store, webhooks, faults: new Faults(store), url: options.publicUrl ?? url };
  server.on('request', application(sandbox, keys));

  keys.prune();
  const pruning = setInterval(() => keys.prune(), PRUNE_EVERY_MS);
  const endings = endRefundsWhenDue(sandbox);
  webhooks.wake();
  return {
    url,
    async close() {
      clearInterval(pruning);
      endings.stop();
      webhooks.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      store.close();
    },
  };
}

function application(sandbox: Sandbox, keys: IdempotencyKeys): express.Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.use(switches(sandbox), threeDSecure(sandbox));
  app.use('/v1', (request, response, next) => {
    response.set({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Request-Id' });
    if (request.method !== 'OPTIONS') return next();
    response.set({ 'Access-Control-Allow-Methods': 'GET, POST, DELETE', 'Access-Control-Max-Age': '300' });
    response.set('Access-Control-Allow-Headers', request.get('access-control-request-headers') ?? '*');
    response.sendStatus(204);
  });
  app.use('/v1', express.text({ type: () => true, limit: '1mb' }));
  for (const route of ROUTES) {
    app[route.method](route.path, (request, response) => answer(sandbox, keys, route, request, response));
  }
  app.use((request, response) => {
    const message = `Unrecognized request URL (${request.method}: ${request.path}).`;
    response
      .set('Request-Id', newId('req'))
      .status(404)
      .json({ error: { type: 'invalid_request_error', message } });
  });
  app.use(unreadable);
  return app;
}

/** Bodies too large, or not text at all. */
const unreadable: express.ErrorRequestHandler = (error, _request, response, _next) => {
  const status = typeof error?.status === 'number' && error.status < 500 ? error.status : 500;
  if (status === 500) console.error(error);
  const type = status === 500 ? 'api_error' : 'invalid_request_error';
  const message = status === 413 ? 'The request is too large.' : 'The request could not be read.';
  response.set('Request-Id', newId('req')).status(status).json({ error: { type, message } });
};
