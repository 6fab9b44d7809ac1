/**
 * What is there again where a change that waits for the customer's bank is called off, as it is before anything else of its
 * subscription is billed: a preview counts with it.
 */
import type { Wallets } from '../billing/balance.ts';
import { waitingEntries } from './billing-entries.ts';
import { changeAtBank } from './changes-at-bank.ts';
import { BillingEntry, type BillingEntryRow } from './entities/billing-entry.ts';
import { Order } from './entities/order.ts';
import type { SubscriptionRow } from './entities/subscription.ts';
import type { EntityManager } from './orm.ts';

/** What waits for an order, with what waits again. */
export async function entriesToBill(em: EntityManager, row: SubscriptionRow): Promise<BillingEntryRow[]> {
  const atBank = await changeAtBank(em, row);
  if (atBank === null) return waitingEntries(em, row);
  const orderIds = [{ orderId: null }, { orderId: atBank.orderId }];
  return em.find(BillingEntry, { subscriptionId: row.id, $or: orderIds }, { orderBy: { position: 'asc' } });
}

/** By how much balance and wallet are more then. */
export async function givenBackByBank(em: EntityManager, row: SubscriptionRow): Promise<Wallets> {
  const atBank = await changeAtBank(em, row);
  if (atBank === null) return { billing: 0, usage: 0 };
  const order = await em.findOneOrFail(Order, atBank.orderId);
  const { appliedBalanceAmount: applied, appliedUsageWalletAmount: fromUsageWallet } = order;
  return { billing: fromUsageWallet - applied, usage: -fromUsageWallet };
}
