/** With which tax a subscription was charged for what it may give back. */
import type { AppliedBehavior, AppliedRate } from '../billing/tax.ts';
import { Order } from './entities/order.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

export interface ChargedTax {
  /** Null where nothing says it: that of the price, as for what is sold now. */
  readonly behavior: AppliedBehavior | null;
  readonly rates: readonly AppliedRate[];
}

/** More orders than this bill nobody's single period. */
const MOST_ORDERS = 50;

/**
 * That of the last period that was paid for: of its own order and the changes since, the one with the least tax on top,
 * so that never more is given back than was paid. Null where nothing was paid yet.
 */
export async function taxChargedFor(em: EntityManager, row: SubscriptionRow): Promise<ChargedTax | null> {
  const paid = { $in: ['paid', 'partially_refunded', 'refunded'] as const };
  const orders = await em.find(
    Order,
    { subscription: row.id, status: paid, netAmount: { $gt: 0 } },
    {
      orderBy: { createdAt: 'desc', id: 'desc' },
      limit: MOST_ORDERS,
      fields: ['cycle', 'netAmount', 'taxAmount', 'totalAmount', 'taxBehavior', 'taxRates'],
      disableIdentityMap: true,
    },
  );
  const ofPeriod = orders.findIndex(({ cycle }) => cycle !== null && cycle !== undefined);
  const since = ofPeriod === -1 ? orders : orders.slice(0, ofPeriod + 1);
  const [least] = since.toSorted(
    (a, b) =>
      a.totalAmount * b.netAmount - b.totalAmount * a.netAmount ||
      a.taxAmount * b.netAmount - b.taxAmount * a.netAmount,
  );
  return least === undefined ? null : { behavior: least.taxBehavior ?? null, rates: least.taxRates };
}
