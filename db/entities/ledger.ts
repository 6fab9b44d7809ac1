import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { amount, currency, instant } from './columns.ts';
import { Customer } from './customer.ts';
import { Organization } from './organization.ts';

export const LEDGER_KINDS = [
  'payment',
  'processor_fee',
  'platform_fee',
  'balance',
  'balance_return',
  'tax',
  'goodwill',
  'usage_wallet',
  'usage_wallet_return',
  'debt_balance',
  'debt_usage_wallet',
] as const;

/**
 * Where money is. `processor`: held for us by the card processor. `merchant`: owed to the organization.
 * `platform_revenue`: earned by the operator. `processor_fees`: the operator's cost. `customer_balance`: owed to a
 * customer, whom the transaction names, against later orders. `usage_wallet`: likewise, against usage alone.
 * `tax_payable`: owed to tax offices.
 */
export const LEDGER_ACCOUNTS = [
  'processor',
  'merchant',
  'platform_revenue',
  'processor_fees',
  'customer_balance',
  'tax_payable',
  'usage_wallet',
] as const;

/** One movement of money, written once for what caused it; its entries sum to 0, which the database enforces. */
export const LedgerTransaction = defineEntity({
  name: 'LedgerTransaction',
  tableName: 'ledger_transactions',
  properties: {
    id: p.uuid().primary(),
    organization: () => p.manyToOne(Organization),
    kind: p.enum(LEDGER_KINDS),
    /** Whose balance it moves, if anybody's. */
    customer: () => p.manyToOne(Customer).nullable(),
    /** The payment that caused it; of a tax, the order; of a balance, the order, or its payment by hand. */
    sourceId: p.uuid(),
    currency: currency(),
    at: instant(),
    entries: () => p.oneToMany(LedgerEntry).mappedBy('transaction'),
  },
  uniques: [{ properties: ['kind', 'sourceId'] }],
  indexes: [{ properties: ['organization', 'at'] }],
});
export type LedgerTransactionRow = InferEntity<typeof LedgerTransaction>;

/** One side of a movement: debits positive, credits negative. */
export const LedgerEntry = defineEntity({
  name: 'LedgerEntry',
  tableName: 'ledger_entries',
  properties: {
    id: p.uuid().primary(),
    transaction: () => p.manyToOne(LedgerTransaction),
    account: p.enum(LEDGER_ACCOUNTS),
    amount: amount(),
  },
  indexes: [{ properties: ['transaction'] }],
});
export type LedgerEntryRow = InferEntity<typeof LedgerEntry>;
