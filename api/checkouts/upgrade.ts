/** A checkout that names a free subscription changes it to what it sells, in the place of a new one. */
import type { OrganizationId, SubscriptionId } from '../../billing/ids.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import type { EntityManager } from '../../db/orm.ts';
import { upgradeBy } from '../../db/upgrades.ts';
import { invalid } from '../errors.ts';
import type { NewCheckout } from './create.ts';

const LOC = ['body', 'subscription_id'];

/** With its customer. Null where none is named. */
export async function subscriptionToUpgrade(
  em: EntityManager,
  organization: OrganizationId,
  body: Pick<NewCheckout, 'subscription_id' | 'customer_id' | 'currency'>,
): Promise<SubscriptionRow | null> {
  if (!body.subscription_id) return null;
  const named = { id: body.subscription_id as SubscriptionId, organization };
  const row = await em.findOne(Subscription, named, { populate: ['customer.testClock'] });
  if (row === null) throw invalid(LOC, 'This subscription does not exist.');
  if (row.status === 'canceled') throw invalid(LOC, 'This subscription has ended.');
  if (body.customer_id && body.customer_id !== row.customer.id) {
    throw invalid(['body', 'customer_id'], 'The subscription is of another customer.');
  }
  if (body.currency && body.currency !== row.currency) {
    throw invalid(['body', 'currency'], `The subscription is in ${row.currency.toUpperCase()}, and stays in it.`);
  }
  return row as SubscriptionRow;
}

/** A subscription goes on: what is sold once can't take its place. */
export function refuseSoldOnce(products: readonly ProductRow[]): void {
  const index = products.findIndex(({ recurringInterval }) => !recurringInterval);
  const product = products[index];
  if (product === undefined) return;
  throw invalid(['body', 'products', index], `${product.name} is sold once; it can't be subscribed to.`);
}

/** To be called once all else has been written: whether it can be upgraded hangs on what is sold. */
export async function refuseUnlessUpgradable(em: EntityManager, checkout: CheckoutRow): Promise<void> {
  const upgrade = await upgradeBy(em, checkout);
  if ('refusal' in upgrade) throw invalid(LOC, upgrade.refusal);
}
