/**
 * What the customer's balance pays of a checkout is taken from it as Pay is pressed, in the transaction that decides what
 * is charged: nobody else can use it meanwhile. An attempt that comes to nothing gives it back.
 */
import { lockedBalancesOf } from '../../db/balances.ts';
import { appliedTo } from '../../db/checkout-balance.ts';
import type { CheckoutRow } from '../../db/entities/checkout.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import type { LedgerTransactionRow } from '../../db/entities/ledger.ts';
import type { EntityManager } from '../../db/orm.ts';
import { move } from '../ledger/balance.ts';

/**
 * Whether the balance, locked from now on, pays what the buyer of an open checkout was shown. Where not, they are shown what
 * it does pay.
 */
export async function paysAsShown(em: EntityManager, checkout: CheckoutRow, customer: CustomerRow): Promise<boolean> {
  const { usesBalance, currency } = checkout;
  const balance = usesBalance ? (await lockedBalancesOf(em, customer.id, currency)).billing : 0;
  const applied = appliedTo(checkout, balance);
  if (applied === checkout.appliedBalanceAmount) return true;
  checkout.appliedBalanceAmount = applied;
  return false;
}

/** For the attempt that the checkout's row names. */
export const holdBalance = (em: EntityManager, checkout: CheckoutRow, at: Date): Promise<void> =>
  moveBalance(em, checkout, 'balance', checkout.appliedBalanceAmount, at);

/** Before the attempt's end is written: only one under way holds anything. */
export async function releaseBalance(em: EntityManager, checkout: CheckoutRow, at: Date): Promise<void> {
  if (checkout.status !== 'confirmed') return;
  await moveBalance(em, checkout, 'balance_return', -checkout.appliedBalanceAmount, at);
}

async function moveBalance(
  em: EntityManager,
  checkout: CheckoutRow,
  kind: LedgerTransactionRow['kind'],
  amount: number,
  at: Date,
): Promise<void> {
  const { customer, organization, currency, attemptId: sourceId } = checkout;
  if (amount === 0 || !customer || !sourceId) return;
  await move(em, { customer, organization, currency }, { kind, type: 'billing', amount, sourceId }, at);
}
