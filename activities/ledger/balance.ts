/** What an order takes from its customer's balance or adds to it: in its row, in the balance and in the books at once. */
import { applyBalance, applyBalanceUncharged } from '../../billing/balance.ts';
import { minimumCharge } from '../../billing/money.ts';
import { changeBalance, lockedBalanceOf } from '../../db/balances.ts';
import type { LedgerTransactionRow } from '../../db/entities/ledger.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import { record } from '../../db/ledger.ts';
import type { EntityManager } from '../../db/orm.ts';

/** For a new order, before anything is charged. */
export const settleWithBalance = (em: EntityManager, order: OrderRow, at: Date): Promise<void> =>
  settleBy(applyBalance, em, order, at);

/** For a new order that nobody will charge. */
export const settleUncharged = (em: EntityManager, order: OrderRow, at: Date): Promise<void> =>
  settleBy(applyBalanceUncharged, em, order, at);

async function settleBy(apply: typeof applyBalance, em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  const balance = await lockedBalanceOf(em, order.customer.id, order.currency);
  const { applied } = apply(order.totalAmount, balance, minimumCharge(order.currency));
  if (applied === 0) return;
  order.appliedBalanceAmount = applied;
  await move(em, order, 'balance', applied, at);
}

/**
 * For an order that comes to nothing: what it took is there again. What it would have credited its customer with
 * (`credit`) is balance too, and the order asks for that much more.
 */
export async function giveBackToBalance(em: EntityManager, order: OrderRow, at: Date, credit = 0): Promise<void> {
  const change = credit - order.appliedBalanceAmount;
  if (change === 0) return;
  order.appliedBalanceAmount = credit;
  await move(em, order, 'balance_return', change, at);
}

/** The customer's credit is a debt of the merchant's; `amount` is what it grows by. */
async function move(
  em: EntityManager,
  order: OrderRow,
  kind: LedgerTransactionRow['kind'],
  amount: number,
  at: Date,
): Promise<void> {
  await changeBalance(em, order.customer.id, order.currency, amount, at);
  const cause = { sourceId: order.id, organizationId: order.organization.id, currency: order.currency, at };
  await record(em, { ...cause, customerId: order.customer.id }, [
    { kind, from: 'customer_balance', to: 'merchant', amount },
  ]);
}
