/** What lives are written into: a database of its own, asked directly by the checks, and the activities' dependencies. */

import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { Dependencies } from '../../activities/dependencies.ts';
import type { Services } from '../../api/services.ts';
import { workflowGateway } from '../../api/workflows.ts';
import { readEnvironment } from '../../config/environment.ts';
import { stripeClient } from '../../config/stripe-client.ts';
import { askOf } from '../../db/ask.ts';
import { tableOfTaxes } from '../../tax/table.ts';
import { EventWriter } from '../../usage/event-writer.ts';
import { PostgresEvents } from '../../usage/postgres/events.ts';
import { freshDatabase } from '../api/fresh-database.ts';

export interface LivesDatabase extends AsyncDisposable {
  readonly deps: Dependencies;
  readonly services: Services;
  readonly pool: pg.Pool;
}

/** No processor and no Temporal server is behind it: nothing that happens in these lives asks them. */
export async function aDatabaseForLives(): Promise<LivesDatabase> {
  const database = await freshDatabase();
  const environment = readEnvironment({
    DATABASE_URL: database.url,
    STRIPE_SECRET_KEY: 'sk_test_example',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_example',
    STRIPE_WEBHOOK_SECRET: 'whsec_example',
    STRIPE_API_URL: 'http://127.0.0.1:9',
  });
  const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:9' }) });
  const { orm } = database;
  const events = new EventWriter(database.url);
  const pool = new pg.Pool({
    connectionString: database.url,
    max: 4,
    options: '-c plan_cache_mode=force_generic_plan -c jit=off',
  });
  return {
    deps: { orm, stripe: stripeClient(environment), taxes: tableOfTaxes, temporal, environment },
    services: {
      environment,
      events,
      eventStore: new PostgresEvents(askOf(orm)),
      taxes: tableOfTaxes,
      workflows: workflowGateway(temporal, orm),
      readiness: {},
    },
    pool,
    async [Symbol.asyncDispose]() {
      await events.close();
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
