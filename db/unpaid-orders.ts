/** What the unpaid orders of a subscription hold, and give back to their customer where it ends. */
import type { Wallets } from '../billing/balance.ts';
import { changeAtBank } from './changes-at-bank.ts';
import { Order, OrderItem } from './entities/order.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

export function unpaidOrders(em: EntityManager, row: SubscriptionRow) {
  return em.find(Order, { subscription: row.id, status: 'pending' });
}

/** What an order's prorated lines give back in all, with the tax on top of them; 0 where they charge. */
export async function creditOn(em: EntityManager, { id }: Awaited<ReturnType<typeof unpaidOrders>>[number]) {
  const prorated = await em.find(OrderItem, { order: id, proration: true });
  const back = prorated.map(
    ({ amount, taxAmount, taxBehavior }) => amount + (taxBehavior === 'exclusive' ? taxAmount : 0),
  );
  return Math.max(0, -back.reduce((sum, amount) => sum + amount, 0));
}

/** By how much the balance and the wallet are more then. The order of a change that waits at the bank is void by then. */
export async function givenBackByUnpaid(em: EntityManager, row: SubscriptionRow): Promise<Wallets> {
  const freed = { billing: 0, usage: 0 };
  const atBank = await changeAtBank(em, row);
  for (const order of await unpaidOrders(em, row)) {
    if (order.id === atBank?.orderId) continue;
    const { appliedBalanceAmount: applied, appliedUsageWalletAmount: fromUsageWallet } = order;
    freed.billing += (await creditOn(em, order)) - (applied - fromUsageWallet);
    freed.usage -= fromUsageWallet;
  }
  return freed;
}
