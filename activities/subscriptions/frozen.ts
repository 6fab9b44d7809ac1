/**
 * Usage whose end nobody knew before, as of what is revoked or given up, is billed in two transactions. The first freezes
 * the customer's accounts: else whoever sends events all the time would owe another amount each time that the second one
 * runs, and each would have to be asked of the tax provider. What comes after the first is not of that period any more.
 *
 * A crash between the two changes nothing: the step is tried again and finds the accounts frozen. Where the step is
 * refused, or its process is no more, the accounts follow the subscription's period again, with all that came meanwhile.
 */
import type { SubscriptionId } from '../../billing/ids.ts';
import { accountOf } from '../../db/customer-meters.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { Account } from '../../usage/accounts.ts';
import { freezeAccounts, frozenOf } from '../../usage/frozen.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { followSubscription, ownedBy } from './metering.ts';

/** The subscription's row is locked, and still stands where the step that ends it is to be taken. */
export async function freezeUsage(em: EntityManager, row: SubscriptionRow, at: Date): Promise<void> {
  await freezeAccounts(em, row.organization.id, await accountsOf(em, row, at));
}

/** For a subscription that nobody is about to end. */
export async function thawUsage(deps: Dependencies, id: SubscriptionId): Promise<void> {
  await transaction(deps, async (em) => {
    await lockRow(em, Subscription, id);
    const row = await em.findOne(Subscription, id);
    if (row === null || row.openMeters === 0) return;
    const at = row.modifiedAt ?? row.createdAt;
    if ((await frozenOf(em, await accountsOf(em, row, at))) === 'none') return;
    await followSubscription(em, row, at);
  });
}

async function accountsOf(em: EntityManager, row: SubscriptionRow, at: Date): Promise<Account[]> {
  return (await ownedBy(em, row, at)).map(({ customer, meter }) => accountOf(customer, meter));
}
