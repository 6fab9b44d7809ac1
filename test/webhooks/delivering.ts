/** A database, a Temporal namespace and a worker for deliveries of one's own, for one test file. */

import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';
import { webhookActivities } from '../../activities/webhooks/index.ts';
import { PORTAL_DEFAULTS } from '../../api/organizations/defaults.ts';
import type { EventType } from '../../billing/event-types.ts';
import type { OrganizationId, WebhookEndpointId } from '../../billing/ids.ts';
import { type Environment, readEnvironment } from '../../config/environment.ts';
import { createLogger } from '../../config/logging.ts';
import { Organization } from '../../db/entities/organization.ts';
import { WebhookEndpoint, type WebhookEndpointRow } from '../../db/entities/webhook.ts';
import { emit } from '../../db/events.ts';
import { type EntityManager, openDatabase } from '../../db/orm.ts';
import { type Relay, startRelay } from '../../worker/relay.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';
import { DELIVERY_QUEUE } from '../../workflows/task-queues.ts';
import { bundledWorkflows } from '../workflows/bundled.ts';

export type Delivering = Awaited<ReturnType<typeof startDelivering>>;

const SECRET = 'polar_whs_example-secret-of-a-test';

export async function startDelivering(changes: Partial<Environment> = {}) {
  const name = `webhooks_${randomUUID().replaceAll('-', '')}`;
  const server = process.env['DATABASE_URL'] ?? '';
  await execute(server, `create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const environment = {
    ...readEnvironment({
      DATABASE_URL: url,
      TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'],
      STRIPE_SECRET_KEY: 'sk_test_example',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
      STRIPE_WEBHOOK_SECRET: 'whsec_example',
      WEBHOOKS_ALLOW_PRIVATE_ADDRESSES: 'true',
      WEBHOOKS_FIRST_RETRY_MS: '1',
      LOG_LEVEL: 'silent',
    }),
    ...changes,
  };
  const orm = await openDatabase({ url });
  await orm.migrator.up();

  Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
  const { TEMPORAL_ADDRESS: address } = environment;
  const connection = await NativeConnection.connect({ address });
  const namespace = await aNamespace(connection);
  const temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: DELIVERY_QUEUE,
    workflowBundle: await bundledWorkflows(),
    activities: webhookActivities({ orm, environment }),
    reuseV8Context: true,
    shutdownGraceTime: '1 s',
  });
  const running = worker.run();
  const log = createLogger(environment, 'test');
  const relays: Relay[] = [];

  return {
    orm,
    temporal,
    environment,
    log,
    startRelay(): Relay {
      const relay = startRelay({ orm, temporal, log });
      relays.push(relay);
      return relay;
    },
    async close() {
      await Promise.all(relays.map((relay) => relay.stop()));
      worker.shutdown();
      await running;
      await connection.close();
      await temporal.connection.close();
      await orm.close();
      await execute(server, `drop database ${name} with (force)`);
    },
  };
}

async function aNamespace(connection: NativeConnection): Promise<string> {
  const namespace = `webhooks-${randomUUID()}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await eventually(async () => {
    await ensureSearchAttributes(connection, namespace);
    return true;
  });
  return namespace;
}

/** An organization with an endpoint; `says` commits an event for it, in a transaction of its own. */
export async function aListener(em: EntityManager, endpoint: Partial<WebhookEndpointRow> & { readonly url: string }) {
  const organizationId = randomUUID() as OrganizationId;
  const endpointId = randomUUID() as WebhookEndpointId;
  await em.insert(Organization, {
    id: organizationId,
    createdAt: new Date(),
    name: 'Example Shop',
    slug: `shop-${organizationId}`,
    subscriptionSettings: {
      allow_multiple_subscriptions: false,
      proration_behavior: 'prorate',
      benefit_revocation_grace_period: 0,
      prevent_trial_abuse: false,
      allow_customer_updates: true,
    },
    customerEmailSettings: {},
    customerPortalSettings: PORTAL_DEFAULTS,
    invoicePrefix: 'EX',
  });
  await em.insert(WebhookEndpoint, {
    id: endpointId,
    createdAt: new Date(),
    organization: organizationId,
    secret: SECRET,
    events: ['product.updated'] satisfies EventType[],
    ...endpoint,
  });
  return {
    organizationId,
    endpointId,
    secret: SECRET,
    says: (data: unknown) =>
      em
        .fork()
        .transactional((tx) => emit(tx, { organizationId, type: 'product.updated', at: new Date(), data: () => data })),
  };
}

/** Waits until it holds; an error counts as not yet. The test's own time limit is the only one. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    if (
      await Promise.resolve()
        .then(holds)
        .catch(() => false)
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
