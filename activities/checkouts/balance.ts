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
import { giveBack } from './redeem.ts';

/**
 * Whether the balance, locked from now on, pays what the buyer was shown. Where not, they are shown what it does pay, and the
 * checkout is open: nothing is held for it any more. An attempt that is called off leaves what it held to the next one.
 */
export async function paysAsShown(
  em: EntityManager,
  checkout: CheckoutRow,
  customer: CustomerRow,
  at: Date,
): Promise<boolean> {
  if (!checkout.usesBalance) return true;
  const { billing } = await lockedBalancesOf(em, customer.id, checkout.currency);
  const held = checkout.status === 'confirmed' ? -checkout.appliedBalanceAmount : 0;
  const applied = appliedTo(checkout, billing + held);
  if (applied === checkout.appliedBalanceAmount) return true;
  if (checkout.status === 'confirmed') {
    await releaseBalance(em, checkout, at);
    await giveBack(em, checkout);
    const noIntent = { intentId: null, intentClientSecret: null, intentStatus: null };
    Object.assign(checkout, { status: 'open' as const, ...noIntent });
  }
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
