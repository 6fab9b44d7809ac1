/** What an order takes from its customer's balance or adds to it: in its row, in the balance and in the books at once. */
import { applyBalance } from '../../billing/balance.ts';
import { minimumCharge } from '../../billing/money.ts';
import { lockedBalanceOf } from '../../db/balances.ts';
import type { LedgerTransactionRow } from '../../db/entities/ledger.ts';
import type { OrderRow } from '../../db/entities/order.ts';
import type { EntityManager } from '../../db/orm.ts';
import { record } from './record.ts';

/** For a new order, before anything is charged. */
export async function settleWithBalance(em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  const balance = await lockedBalanceOf(em, order.customer.id, order.currency);
  const { applied } = applyBalance(order.totalAmount, balance, minimumCharge(order.currency));
  if (applied === 0) return;
  order.appliedBalanceAmount = applied;
  await move(em, order, 'balance', applied, at);
}

/** For an order that comes to nothing: what it took is there again. */
export async function giveBackToBalance(em: EntityManager, order: OrderRow, at: Date): Promise<void> {
  const { appliedBalanceAmount: applied } = order;
  if (applied === 0) return;
  order.appliedBalanceAmount = 0;
  await move(em, order, 'balance_return', -applied, at);
}

/** The customer's credit is a debt of the merchant's; `amount` is what it grows by. */
async function move(
  em: EntityManager,
  order: OrderRow,
  kind: LedgerTransactionRow['kind'],
  amount: number,
  at: Date,
): Promise<void> {
  await em.execute(
    `insert into customer_balances (customer_id, currency, amount) values (?, ?, ?)
     on conflict (customer_id, currency) do update set amount = customer_balances.amount + excluded.amount`,
    [order.customer.id, order.currency, amount],
  );
  const cause = { sourceId: order.id, organizationId: order.organization.id, currency: order.currency, at };
  await record(em, { ...cause, customerId: order.customer.id }, [
    { kind, from: 'customer_balance', to: 'merchant', amount },
  ]);
}
