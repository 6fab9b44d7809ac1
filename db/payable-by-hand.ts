/** What pays an order because somebody asks for that: its customer's balance and wallet, and a card for the rest. */
import { type AppliedWallets, applyByHand, type Wallets } from '../billing/balance.ts';
import { chargeableIn } from '../billing/chargeable.ts';
import { balancesOf } from './balances.ts';
import type { OrderRow } from './entities/order.ts';
import type { EntityManager } from './orm.ts';
import { usageOf } from './usage-share.ts';

/** Of what is due. */
export async function payableWith(em: EntityManager, order: OrderRow, wallets: Wallets): Promise<AppliedWallets> {
  const usage = wallets.usage > 0 ? await usageOf(em, order) : 0;
  const total = order.totalAmount + order.appliedBalanceAmount;
  return applyByHand({ total, usage }, wallets, chargeableIn(order.currency));
}

/** What a card would now be asked for. What a running subscription owes is charged as it is, by its process. */
export async function askedByHand(em: EntityManager, order: OrderRow): Promise<number> {
  const isOwed = order.status === 'pending' && order.subscription?.status === 'canceled';
  const due = order.status === 'pending' ? order.totalAmount + order.appliedBalanceAmount : 0;
  return isOwed ? (await payableWith(em, order, await balancesOf(em, order.customer.id, order.currency))).due : due;
}
