/**
 * What a customer's balance pays at a checkout, after tax: shown with the total, held from the press of Pay on, then the
 * order's. A wallet for usage pays nothing here, as no line is metered.
 */
import { applyAtCheckout } from '../billing/balance.ts';
import { chargeableIn } from '../billing/chargeable.ts';
import { balanceOf } from './balances.ts';
import { dueNow, totalsOfCheckout } from './checkout-sums.ts';
import type { CheckoutRow } from './entities/checkout.ts';
import type { EntityManager } from './orm.ts';

/** Added to the total: never above 0. Without a balance to use, what no card can be asked for: it is owed. */
export function appliedTo(checkout: CheckoutRow, balance: number): number {
  if (dueNow(checkout) !== 'payment') return 0;
  const { currency, usesBalance } = checkout;
  return applyAtCheckout(totalsOfCheckout(checkout).total, usesBalance ? balance : 0, chargeableIn(currency)).applied;
}

/** Writes into an open checkout what the balance would now pay of it. Nothing is taken, and nothing locked. */
export async function showBalance(em: EntityManager, checkout: CheckoutRow): Promise<void> {
  const { customer, usesBalance, currency } = checkout;
  const balance = customer && usesBalance ? await balanceOf(em, customer.id, currency) : 0;
  checkout.appliedBalanceAmount = appliedTo(checkout, balance);
}
