/** What is used has to be closed for good, and goes on being used: the accounts have to be frozen first. */
import { accountOf } from '../../db/customer-meters.ts';
import type { CustomerMeterRow } from '../../db/entities/customer-meter.ts';
import type { EntityManager } from '../../db/orm.ts';
import { frozenOf } from '../../usage/frozen.ts';

/** Ends the transaction, for the accounts to be frozen in one of its own. */
export class UsageGoesOn extends Error {
  override readonly name = 'UsageGoesOn';
}

export async function refuseUnlessFrozen(em: EntityManager, meters: readonly CustomerMeterRow[]): Promise<void> {
  const accounts = meters.map(({ customer, meter }) => accountOf(customer, meter));
  if ((await frozenOf(em, accounts)) !== 'all') throw new UsageGoesOn('These accounts have to be frozen first.');
}
