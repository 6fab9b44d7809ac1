/** What an order takes from its customer's balance and wallet or adds to it: in its row, in theirs and in the books at once. */
import { applyBalance, applyBalanceUncharged, applyWallets } from '../../billing/balance.ts';
import { chargeableIn } from '../../billing/chargeable.ts';
import { changeBalance, lockedBalancesOf } from '../../db/balances.ts';
import type { WalletType } from '../../db/entities/customer-balance.ts';
import type { LedgerTransactionRow } from '../../db/entities/ledger.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { record } from '../../db/ledger.ts';
import type { EntityManager } from '../../db/orm.ts';
import { usageOf } from '../../db/usage-share.ts';

/** For a new order, before anything is charged. */
export const settleWithBalance = (em: EntityManager, order: OrderRow, at: Date): Promise<void> =>
  settleBy(applyBalance, em, order, at);

/** For a new order that nobody will charge. */
export const settleUncharged = (em: EntityManager, order: OrderRow, at: Date): Promise<void> =>
  settleBy(applyBalanceUncharged, em, order, at);

async function settleBy(apply: typeof applyBalance, em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  const wallets = await lockedBalancesOf(em, order.customer.id, order.currency);
  const usage = wallets.usage > 0 ? await usageOf(em, order) : 0;
  const payable = { total: order.totalAmount, usage };
  const { applied, fromUsageWallet } = applyWallets(apply, payable, wallets, chargeableIn(order.currency));
  order.appliedBalanceAmount = applied;
  order.appliedUsageWalletAmount = fromUsageWallet;
  await moveBalance(em, order, 'balance', applied - fromUsageWallet, at);
  await moveWallet(em, order, 'usage_wallet', fromUsageWallet, at);
}

/**
 * For an order that comes to nothing: what it took is there again. What it would have credited its customer with
 * (`credit`) is balance too, and the order asks for that much more.
 */
export async function giveBackToBalance(em: EntityManager, order: OrderRow, at: Date, credit = 0): Promise<void> {
  const { appliedBalanceAmount: applied, appliedUsageWalletAmount: fromUsageWallet } = order;
  order.appliedBalanceAmount = credit;
  order.appliedUsageWalletAmount = 0;
  await moveBalance(em, order, 'balance_return', credit - (applied - fromUsageWallet), at);
  await moveWallet(em, order, 'usage_wallet_return', -fromUsageWallet, at);
}

/** The customer's credit is a debt of the merchant's; `amount` is what it grows by. */
const moveBalance = (em: EntityManager, order: OrderRow, kind: Kind, amount: number, at: Date): Promise<void> =>
  move(em, order, { kind, type: 'billing', amount, sourceId: order.id }, at);

const moveWallet = (em: EntityManager, order: OrderRow, kind: Kind, amount: number, at: Date): Promise<void> =>
  move(em, order, { kind, type: 'usage', amount, sourceId: order.id }, at);

type Kind = LedgerTransactionRow['kind'];

interface Moved {
  readonly kind: Kind;
  readonly type: WalletType;
  readonly amount: number;
  readonly sourceId: string;
}

/** Whose balance moves: of an order or of a checkout. */
type Moving = Pick<OrderRow, 'customer' | 'organization' | 'currency'>;

/** The row of the order is the caller's. */
export async function move(em: EntityManager, moving: Moving, moved: Moved, at: Date): Promise<void> {
  const { kind, type, amount, sourceId } = moved;
  if (amount === 0) return;
  const { customer, organization, currency } = moving;
  await changeBalance(em, customer.id, currency, type, amount, at);
  const cause = { sourceId, organizationId: organization.id, customerId: customer.id, currency, at };
  await record(em, cause, [{ kind, from: ACCOUNTS[type], to: 'merchant', amount }]);
}

/** Where the books have what is in a wallet. */
export const ACCOUNTS = { billing: 'customer_balance', usage: 'usage_wallet' } as const;
