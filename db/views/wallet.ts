/** A customer's balance in a currency, as the wallet that they see. */
import type { BalanceAdjustment } from '../../schemas/customer-balance.ts';
import type { CustomerWallet } from '../../schemas/wallet.ts';
import type { BalanceAdjustmentRow } from '../entities/balance-adjustment.ts';
import type { CustomerBalanceRow } from '../entities/customer-balance.ts';
import { identity, iso } from './stamps.ts';

export const walletView = (row: CustomerBalanceRow): CustomerWallet => ({
  ...identity(row),
  customer_id: row.customer.id,
  type: row.type,
  balance: row.amount,
  currency: row.currency,
});

export const balanceAdjustmentView = (row: BalanceAdjustmentRow, balance: number): BalanceAdjustment => ({
  id: row.id,
  created_at: iso(row.createdAt),
  customer_id: row.customer.id,
  type: row.type,
  currency: row.currency,
  amount: row.amount,
  reason: row.reason,
  idempotency_key: row.idempotencyKey,
  balance,
});
