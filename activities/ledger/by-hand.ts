/**
 * What the customer's balance and wallet pay of an order that is charged because somebody asks for it: a draft, or what is
 * owed. It is held while the card is asked, and given back where that is declined, however often it is tried.
 */
import type { AppliedWallets } from '../../billing/balance.ts';
import type { PaymentId } from '../../billing/ids.ts';
import { lockedBalancesOf } from '../../db/balances.ts';
import { LedgerTransaction } from '../../db/entities/ledger.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import type { EntityManager } from '../../db/orm.ts';
import { payableWith } from '../../db/payable-by-hand.ts';
import { ACCOUNTS, move } from './balance.ts';

/** Of what is due; the balances are locked until the commit. */
export async function payableByHand(em: EntityManager, order: OrderRow): Promise<AppliedWallets> {
  return payableWith(em, order, await lockedBalancesOf(em, order.customer.id, order.currency));
}

/** `payment`: that which charges the rest; null where nothing is left. */
export async function takeByHand(
  em: EntityManager,
  order: OrderRow,
  { applied, fromUsageWallet }: AppliedWallets,
  payment: PaymentId | null,
  at: Date,
): Promise<void> {
  order.appliedBalanceAmount += applied;
  order.appliedUsageWalletAmount += fromUsageWallet;
  const [ofBalance, ofWallet] = payment === null && order.status === 'pending' ? DEBT : ORDER;
  const sourceId = payment ?? order.id;
  await move(em, order, { kind: ofBalance, type: 'billing', amount: applied - fromUsageWallet, sourceId }, at);
  await move(em, order, { kind: ofWallet, type: 'usage', amount: fromUsageWallet, sourceId }, at);
}

const ORDER = ['balance', 'usage_wallet'] as const;
/** What an order is owed after all may have been taken, and given back, under the order's own name. */
const DEBT = ['debt_balance', 'debt_usage_wallet'] as const;

/** The payment was declined: what was taken with it is there again. */
export async function giveBackByHand(em: EntityManager, order: OrderRow, payment: PaymentId, at: Date): Promise<void> {
  for (const [type, taken, given] of RETURNS) {
    const found = await em.findOne(LedgerTransaction, { kind: taken, sourceId: payment }, { populate: ['entries'] });
    const entry = found?.entries.getItems().find(({ account }) => account === ACCOUNTS[type]);
    if (entry === undefined) continue;
    order.appliedBalanceAmount += entry.amount;
    if (type === 'usage') order.appliedUsageWalletAmount += entry.amount;
    await move(em, order, { kind: given, type, amount: entry.amount, sourceId: payment }, at);
  }
}

const RETURNS = [
  ['billing', 'balance', 'balance_return'],
  ['usage', 'usage_wallet', 'usage_wallet_return'],
] as const;
