/** What activities are given by the worker. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Client } from '@temporalio/client';
import type Stripe from 'stripe';
import type { Environment } from '../config/environment.ts';
import { tellMeterChanges } from '../db/meter-changes.ts';
import type { EntityManager } from '../db/orm.ts';
import type { TaxProvider } from '../tax/provider.ts';
import { type TaxSheet, withTaxes } from '../tax/sheet.ts';

export interface Dependencies {
  readonly orm: MikroORM;
  readonly stripe: Stripe;
  readonly taxes: TaxProvider;
  /** For processes that steer others, such as a test clock. */
  readonly temporal: Client;
  readonly environment: Environment;
}

/** Runs `work` in one transaction on an entity manager of its own; what it has changed is flushed before the commit. */
export function transaction<T>({ orm }: Dependencies, work: (em: EntityManager) => Promise<T>): Promise<T> {
  return orm.em.fork().transactional(async (em) => {
    const answer = await work(em);
    await tellMeterChanges(em);
    return answer;
  });
}

/** A transaction that prices orders: where it needs a tax that isn't known yet, it is rolled back, and runs again. */
export function pricingTransaction<T>(
  deps: Dependencies,
  work: (em: EntityManager, taxes: TaxSheet) => Promise<T>,
): Promise<T> {
  return withTaxes(deps.taxes, (taxes) => transaction(deps, (em) => work(em, taxes)));
}
