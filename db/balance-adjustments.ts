/** Gives to a customer's balance or wallet, or takes from it, because the merchant says so: row, balance and books at once. */
import { randomUUID } from 'node:crypto';
import { changeBalance, lockedBalancesOf } from './balances.ts';
import { BalanceAdjustment, type BalanceAdjustmentRow } from './entities/balance-adjustment.ts';
import type { CustomerRow } from './entities/customer.ts';
import type { WalletType } from './entities/customer-balance.ts';
import { record } from './ledger.ts';
import type { EntityManager } from './orm.ts';

export interface Adjustment {
  /** Of the balance that pays for anything, or of the wallet for usage. */
  readonly type: WalletType;
  readonly currency: string;
  /** Minor units; negative: taken. */
  readonly amount: number;
  readonly reason: string;
  /** The merchant's own: the same again changes nothing. */
  readonly key: string;
}

export type Adjusted =
  | { readonly kind: 'made'; readonly row: BalanceAdjustmentRow }
  /** The key was used for something else. */
  | { readonly kind: 'other' }
  /** There is less than was to be taken. */
  | { readonly kind: 'too_much'; readonly balance: number };

/**
 * Within a transaction. What a merchant gives is theirs to bear: it is booked against what they are owed, since the
 * orders that the balance pays for bring in that much less.
 */
export async function adjustBalance(
  em: EntityManager,
  customer: CustomerRow,
  adjustment: Adjustment,
  at: Date,
): Promise<Adjusted> {
  const { type, currency, amount, reason, key } = adjustment;
  const id = randomUUID();
  const organization = customer.organization.id;
  // Of two with one key the second waits here, and finds the first.
  const written: unknown[] = await em.execute(
    `insert into balance_adjustments
      (id, created_at, organization_id, customer_id, currency, type, amount, reason, idempotency_key)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (organization_id, idempotency_key) do nothing returning id`,
    [id, at, organization, customer.id, currency, type, amount, reason, key],
  );
  const row = (await em.findOneOrFail(BalanceAdjustment, {
    organization,
    idempotencyKey: key,
  })) as BalanceAdjustmentRow;
  if (written.length === 0) {
    const isSame =
      row.customer.id === customer.id && row.currency === currency && row.type === type && row.amount === amount;
    return isSame ? { kind: 'made', row } : { kind: 'other' };
  }
  const { [type]: balance } = await lockedBalancesOf(em, customer.id, currency);
  if (amount < 0 && balance + amount < 0) return { kind: 'too_much', balance };
  await changeBalance(em, customer.id, currency, type, amount, at);
  const cause = { sourceId: row.id, organizationId: organization, customerId: customer.id, currency, at };
  const account = type === 'usage' ? 'usage_wallet' : 'customer_balance';
  await record(em, cause, [{ kind: 'goodwill', from: account, to: 'merchant', amount }]);
  return { kind: 'made', row };
}
